/* links: src/snapshot/stream.c src/task/image.c src/task/bpf.c src/task/seccomp_image.c src/mem/image.c src/base/fds.c src/base/fsize.c src/base/fault.c src/base/lines.c
 * src/base/procfs.c src/base/lock.c */
/* The stream that a process's state travels in: framing, sections, and the check before any of it is used. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "base/fds.h"
#include "base/raw.h"
#include "mem/region.h"
#include "task/image.h"
#include "task/seccomp_image.h"

void bug(const char *file, int line, const char *what)
{
    fprintf(stderr, "%s:%d: %s\n", file, line, what);
    abort();
}

static uint64_t seed = 1;
static uint64_t draw(uint64_t bound)
{
    seed = seed * 6364136223846793005ull + 1442695040888963407ull;
    return (seed >> 20) % bound;
}

/* ---- a state made up at random, but sound ---- */

#define REGIONS 40
#define BINDINGS 20

struct made {
    struct process_state st;
    struct region_image region[REGIONS];
    struct binding_image binding[BINDINGS];
    struct object_image object[4];
    uint8_t xsave[4096];
    uint32_t seccomp[14]; /* seccomp_save(): a head, then two programs of one and two instructions */
};

static void make(struct made *m)
{
    memset(m, 0, sizeof *m);
    struct process_state *st = &m->st;
    for (size_t i = 0; i < sizeof st->thread; i++)
        ((uint8_t *) &st->thread)[i] = (uint8_t) draw(256);
    st->thread.fs_base = draw(SPACE_TOP);
    st->thread.gs_base = draw(SPACE_TOP);
    st->process.start.auxv_words = (unsigned) draw(65);
    for (int sig = 1; sig <= KSIG_MAX; sig++)
        st->action[sig].handler = draw(3);
    for (size_t i = 0; i < sizeof m->xsave; i++)
        m->xsave[i] = (uint8_t) draw(256);
    st->xsave = m->xsave;
    st->xsave_size = sizeof m->xsave;
    const uint32_t filters[14] = {SECCOMP_MODE_FILTER,
                                  2,
                                  0,
                                  0,
                                  1,
                                  0,
                                  BPF_RET | BPF_K,
                                  SECCOMP_RET_ALLOW,
                                  2,
                                  1,
                                  BPF_LD | BPF_IMM,
                                  SECCOMP_RET_ALLOW,
                                  BPF_RET | BPF_A,
                                  0};
    memcpy(m->seccomp, filters, sizeof filters);
    st->seccomp = (const uint8_t *) m->seccomp;
    st->seccomp_size = sizeof filters;
    m->object[1] = (struct object_image){.kind = OBJECT_FILE, .id = 70000};
    m->object[2] = (struct object_image){.kind = OBJECT_SHARED, .id = 70001};
    m->object[3] = (struct object_image){.kind = OBJECT_SEGMENT, .id = 3};
    st->space = (struct space_state){.region = m->region,
                                     .binding = m->binding,
                                     .object = m->object,
                                     .regions = (uint32_t) draw(REGIONS + 1),
                                     .bindings = (uint32_t) draw(BINDINGS + 1),
                                     .objects = 4};
    st->space.space = (struct space_image){.brk_start = 0x10000,
                                           .brk = 0x10000 + draw(1 << 20),
                                           .mmap_base = 0x7f0000000000,
                                           .stack_top = 0x7ffffff00000,
                                           .room_start = 0x7fffff000000,
                                           .next_origin = 9,
                                           .chunks = 2 + BINDINGS * 4,
                                           .keep = 1,
                                           .translator = 1,
                                           .memfile = -1};
    uint64_t at = 0x10000;
    for (unsigned i = 0; i < REGIONS; i++) {
        struct region_image *r = &m->region[i];
        unsigned object = (unsigned) draw(4);
        r->start = at + draw(100) * PAGE_SIZE;
        r->end = at = r->start + (1 + draw(1000)) * PAGE_SIZE;
        r->prot = (uint8_t) draw(8);
        r->object = object;
        r->flags = object == 0   ? RG_ANON
                   : object == 1 ? draw(2) * RG_SHARED
                   : object == 2 ? RG_SHARED | RG_ANON
                                 : RG_SHARED | RG_SYSV;
        r->off = object ? draw(100) * PAGE_SIZE : 0;
    }
    uint32_t chunk = 0, index = 1;
    for (unsigned i = 0; i < BINDINGS; i++) {
        uint32_t n = 1 + (uint32_t) draw(3);
        m->binding[i] = (struct binding_image){.chunk = chunk += (uint32_t) draw(9), .index = index, .count = n};
        chunk += n;
        index += n;
    }
}

static uint8_t *encode(const struct process_state *st, size_t *size)
{
    struct stream_writer w;
    stream_begin(&w);
    image_put(&w, st);
    assert_int_equal(stream_end(&w), 0);
    *size = w.size;
    return w.data;
}

/* 0, or why it is refused. `r` stays open after 0, since `st` points into it. */
static int decode(uint8_t *data, size_t size, struct stream_reader *r, struct process_state *st)
{
    int err = stream_adopt(r, data, size, (int) host(SYS_getpid));
    if (err)
        return err;
    memset(st, 0, sizeof *st);
    const void *p;
    size_t n;
    bool bad = false;
    for (enum stream_tag tag; (tag = stream_next(r, &p, &n)) != ST_END;)
        bad |= !image_take(st, tag, p, n, &bad);
    err = bad ? -EINVAL : image_check(st);
    if (err)
        stream_close(r);
    return err;
}

static int recode(const struct process_state *st)
{
    struct process_state out;
    struct stream_reader r;
    size_t size;
    uint8_t *data = encode(st, &size);
    int err = decode(data, size, &r, &out);
    if (err == 0)
        stream_close(&r);
    return err;
}

/* ---- cases ---- */

static void what_is_encoded_is_decoded(void **state)
{
    (void) state;
    static struct made m;
    for (int round = 0; round < 500; round++) {
        make(&m);
        struct process_state out;
        struct stream_reader r;
        size_t size;
        uint8_t *data = encode(&m.st, &size);
        assert_int_equal(decode(data, size, &r, &out), 0);
        assert_memory_equal(&out.thread, &m.st.thread, sizeof out.thread);
        assert_memory_equal(&out.process, &m.st.process, sizeof out.process);
        assert_memory_equal(out.action, m.st.action, sizeof out.action);
        assert_memory_equal(&out.space.space, &m.st.space.space, sizeof out.space.space);
        assert_int_equal(out.xsave_size, m.st.xsave_size);
        assert_memory_equal(out.xsave, m.st.xsave, out.xsave_size);
        assert_int_equal(out.space.regions, m.st.space.regions);
        assert_memory_equal(out.space.region, m.region, out.space.regions * sizeof *m.region);
        assert_int_equal(out.space.bindings, m.st.space.bindings);
        assert_memory_equal(out.space.binding, m.binding, out.space.bindings * sizeof *m.binding);
        assert_int_equal(out.space.objects, 4);
        assert_memory_equal(out.space.object, m.object, sizeof m.object);
        stream_close(&r);
    }
}

static void cut_anywhere_it_is_refused(void **state)
{
    (void) state;
    static struct made m;
    make(&m);
    size_t size;
    uint8_t *data = encode(&m.st, &size);
    for (size_t n = 0; n < size; n += n < 200 ? 1 : 97) {
        struct process_state out;
        struct stream_reader r;
        uint8_t *copy = malloc(n + 1);
        memcpy(copy, data, n);
        assert_int_equal(decode(copy, n, &r, &out), -EINVAL);
    }
    free(data);
}

static void a_stranger_s_stream_is_refused(void **state)
{
    (void) state;
    static struct made m;
    make(&m);
    struct stream_reader r;
    size_t size;
    uint8_t *data = encode(&m.st, &size);
    assert_int_equal(stream_adopt(&r, data, size, 1), -EINVAL);
    data = encode(&m.st, &size);
    data[8] ^= 1; /* version */
    assert_int_equal(stream_adopt(&r, data, size, (int) host(SYS_getpid)), -EINVAL);
}

static void sections_come_once_and_all(void **state)
{
    (void) state;
    static struct made m;
    make(&m);
    struct process_state out;
    struct stream_reader r;
    struct stream_writer w;
    stream_begin(&w);
    image_put(&w, &m.st);
    stream_put(&w, ST_THREAD, &m.st.thread, sizeof m.st.thread);
    assert_int_equal(stream_end(&w), 0);
    assert_int_equal(decode(w.data, w.size, &r, &out), -EINVAL);

    stream_begin(&w);
    stream_put(&w, ST_THREAD, &m.st.thread, sizeof m.st.thread);
    assert_int_equal(stream_end(&w), 0);
    assert_int_equal(decode(w.data, w.size, &r, &out), -EINVAL);

    stream_begin(&w);
    image_put(&w, &m.st);
    stream_put(&w, ST_SYSROOT, "/", 1); /* not of a process */
    assert_int_equal(stream_end(&w), 0);
    assert_int_equal(decode(w.data, w.size, &r, &out), -EINVAL);
}

/* Each line spoils one thing of a sound state, which is then refused. */
#define SPOIL(what)                                                                                                    \
    do {                                                                                                               \
        make(&m);                                                                                                      \
        m.st.space.regions = REGIONS, m.st.space.bindings = BINDINGS;                                                  \
        assert_int_equal(recode(&m.st), 0);                                                                            \
        what;                                                                                                          \
        if (recode(&m.st) != -EINVAL)                                                                                  \
            fail_msg("not refused: %s", #what);                                                                        \
    } while (0)

static void anything_off_is_refused(void **state)
{
    (void) state;
    static struct made m;
    SPOIL(m.st.thread.fs_base = 1ull << 63);
    SPOIL(m.st.thread.gs_base = SPACE_TOP + 1);
    SPOIL(m.st.process.start.auxv_words = 65);
    SPOIL(m.st.xsave_size = 575);
    SPOIL(m.seccomp[0] = 3);
    SPOIL(m.seccomp[0] = SECCOMP_MODE_DISABLED);
    SPOIL(m.seccomp[0] = SECCOMP_MODE_STRICT);
    SPOIL(m.seccomp[1] = 0);
    SPOIL(m.seccomp[1] = 1);
    SPOIL(m.seccomp[1] = 3);
    SPOIL(m.seccomp[2] = 2);
    SPOIL(m.seccomp[4] = 0);
    SPOIL(m.seccomp[4] = UINT32_MAX);
    SPOIL(m.seccomp[5] = 2);
    SPOIL(m.seccomp[6] = BPF_RET | BPF_X);
    SPOIL(m.seccomp[10] = BPF_LD | BPF_MEM);
    SPOIL(m.st.seccomp_size = 52);
    SPOIL(m.st.seccomp_size = 15);
    SPOIL(m.region[0].start++);
    SPOIL(m.region[1].start = m.region[1].end);
    SPOIL(m.region[2].start = m.region[1].end - PAGE_SIZE);
    SPOIL(m.region[REGIONS - 1].end = SPACE_TOP + PAGE_SIZE);
    SPOIL(m.region[3].prot = 8);
    SPOIL(m.region[3].name = 77);
    SPOIL(m.region[3].name = REGION_VVAR);
    SPOIL(m.region[3].flags |= RG_LOCKED);
    SPOIL(m.region[3].flags |= RG_DONTFORK);
    SPOIL(m.region[3].object = 4);
    SPOIL((m.region[3].object = 0, m.region[3].flags = RG_SHARED));
    SPOIL((m.region[3].object = 1, m.region[3].flags = RG_ANON));
    SPOIL((m.region[3].object = 1, m.region[3].flags = RG_SHARED | RG_SYSV));
    SPOIL((m.region[3].object = 3, m.region[3].flags = RG_SHARED));
    SPOIL(m.region[3].off = 1);
    SPOIL((m.region[3].object = 1, m.region[3].flags = 0, m.region[3].off = -PAGE_SIZE));
    SPOIL(m.binding[4].chunk = m.binding[3].chunk);
    SPOIL(m.binding[4].index = m.binding[3].index);
    SPOIL(m.binding[4].index = 0);
    SPOIL(m.binding[4].count = 0);
    SPOIL(m.binding[BINDINGS - 1].index = m.st.space.space.chunks);
    SPOIL(m.binding[BINDINGS - 1].count = UINT32_MAX);
    SPOIL(m.binding[BINDINGS - 1].chunk = UINT32_MAX);
    SPOIL(m.object[0].kind = OBJECT_FILE);
    SPOIL(m.object[1].kind = 9);
    SPOIL(m.st.space.space.brk = m.st.space.space.brk_start - 1);
    SPOIL(m.st.space.space.room_start = m.st.space.space.stack_top + PAGE_SIZE);
    SPOIL(m.st.space.space.vvar_size = SPACE_TOP + PAGE_SIZE);
    SPOIL(m.st.space.space.vvar_size = 1);
    SPOIL(m.st.space.space.chunks = 0);
    SPOIL(m.st.space.space.chunks = UINT32_MAX);
    SPOIL(m.st.space.space.translator = 3);
    SPOIL(m.st.space.space.next_origin = 0);
    SPOIL(m.st.space.space.mmap_base = 1);
}

/* What a guest may do to the file meanwhile; whatever size the state has. */
static void only_what_was_passed_is_received(void **state)
{
    (void) state;
    static uint8_t data[100];
    assert_int_equal(fds_init(), 0);
    for (size_t size = 0; size < sizeof data; size++) {
        struct stream_ticket ticket, other;
        struct stream_writer w;
        struct stream_reader r;
        const void *p;
        size_t n;
        stream_begin(&w);
        stream_put(&w, ST_ENV, data, size);
        assert_int_equal(stream_pass(&w, &ticket), 0);
        for (int round = 0; round < 2; round++) {
            assert_int_equal(stream_receive(&r, &ticket), 0);
            assert_int_equal(stream_next(&r, &p, &n), ST_ENV);
            assert_int_equal(n, size);
            assert_int_equal(stream_next(&r, &p, &n), ST_END);
            stream_close(&r);
        }
        other = ticket;
        other.size -= 8;
        assert_int_equal(stream_receive(&r, &other), -EINVAL);
        other = ticket;
        other.size += 8;
        assert_int_equal(stream_receive(&r, &other), -EPIPE);
        other = ticket;
        other.key[1] ^= 1;
        assert_int_equal(stream_receive(&r, &other), -EINVAL);
        for (size_t at = 0; at < ticket.size; at++) {
            uint8_t was, now;
            assert_int_equal(pread((int) ticket.fd, &was, 1, (off_t) at), 1);
            now = was ^ (uint8_t) (1 << draw(8));
            assert_int_equal(pwrite((int) ticket.fd, &now, 1, (off_t) at), 1);
            assert_int_equal(stream_receive(&r, &ticket), -EINVAL);
            assert_int_equal(pwrite((int) ticket.fd, &was, 1, (off_t) at), 1);
        }
        fds_close((int) ticket.fd);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_encoded_is_decoded),     cmocka_unit_test(cut_anywhere_it_is_refused),
        cmocka_unit_test(a_stranger_s_stream_is_refused), cmocka_unit_test(sections_come_once_and_all),
        cmocka_unit_test(anything_off_is_refused),        cmocka_unit_test(only_what_was_passed_is_received),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
