/* links: src/snapshot/stream.c src/task/image.c src/task/bpf.c src/task/seccomp_image.c src/mem/image.c src/base/fds.c src/base/fsize.c src/base/fault.c src/base/lines.c
 * src/base/procfs.c src/base/lock.c */
/* Any bytes as the stream of a process's state. What is accepted keeps the promises on which loading relies, and encodes to what it was. The
 * first section may be any; a header that fits is put before the bytes, or nothing would ever pass it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/raw.h"
#include "mem/region.h"
#include "task/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(cond)                                                                                                    \
    do {                                                                                                               \
        if (!(cond))                                                                                                   \
            abort();                                                                                                   \
    } while (0)

void bug(const char *file, int line, const char *what)
{
    fprintf(stderr, "%s:%d: %s\n", file, line, what);
    abort();
}

static void promises(const struct process_state *st)
{
    const struct space_state *sp = &st->space;
    uint64_t floor = 0;
    for (uint32_t i = 0; i < sp->regions; i++) {
        const struct region_image *r = &sp->region[i];
        CHECK(r->start >= floor && r->start < r->end && r->end <= SPACE_TOP &&
              !((r->start | r->end | r->off) & ~PAGE_MASK));
        CHECK(r->object == 0 || r->object < sp->objects);
        floor = r->end;
    }
    uint64_t next = 0;
    for (uint32_t i = 0; i < sp->bindings; i++) {
        const struct binding_image *b = &sp->binding[i];
        CHECK(b->chunk >= next && b->count && (uint64_t) b->chunk + b->count <= CHUNKS && b->index);
        CHECK((uint64_t) b->index + b->count <= sp->space.chunks);
        next = (uint64_t) b->chunk + b->count;
    }
}

/* The sections of a process in order, each as long as the input says: so that deep checks are reached without luck. */
static void put_sections(struct stream_writer *w, const uint8_t *data, size_t size)
{
    static struct process_state st;
    memset(&st, 0, sizeof st);
    size_t fixed = MIN(size, sizeof st.thread);
    memcpy(&st.thread, data, fixed);
    data += fixed, size -= fixed;
    fixed = MIN(size, sizeof st.space.space);
    memcpy(&st.space.space, data, fixed);
    data += fixed, size -= fixed;
    static uint8_t xsave[576];
    st.xsave = xsave, st.xsave_size = sizeof xsave;
    size_t n = size / 4;
    st.space.region = (const void *) data, st.space.regions = (uint32_t) (n / sizeof *st.space.region);
    st.space.binding = (const void *) (data + n), st.space.bindings = (uint32_t) (n / sizeof *st.space.binding);
    st.space.object = (const void *) (data + 2 * n), st.space.objects = (uint32_t) (n / sizeof *st.space.object);
    st.seccomp = data + 3 * n, st.seccomp_size = n & 1 ? (uint32_t) n : 0;
    image_put(w, &st);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    struct stream_writer w;
    stream_begin(&w);
    if (data[0] & 1) {
        put_sections(&w, data + 1, size - 1);
    } else {
        for (size_t at = 1, n; at + 2 < size; at += n + 2) {
            n = MIN((size_t) data[at + 1] * 8, size - at - 2);
            stream_put(&w, (enum stream_tag)(data[at] % 32), data + at + 2, n);
        }
    }
    if (stream_end(&w))
        return 0;
    if (data[0] & 2 && w.size > 40)
        w.data[24 + data[1] % 16] ^= data[size - 1]; /* and a wrong length somewhere */
    struct stream_reader r;
    if (stream_adopt(&r, w.data, w.size, (int) host(SYS_getpid)))
        return 0;
    static struct process_state st;
    memset(&st, 0, sizeof st);
    const void *p;
    size_t n;
    bool bad = false;
    for (enum stream_tag tag; (tag = stream_next(&r, &p, &n)) != ST_END;)
        bad |= !image_take(&st, tag, p, n, &bad);
    if (!bad && image_check(&st) == 0)
        promises(&st);
    stream_close(&r);
    return 0;
}
