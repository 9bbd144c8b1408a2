/* links: src/mem/region.c src/mem/slab.c src/mem/space.c src/mem/map.c src/mem/limits.c src/mem/mirror.c src/mem/echo.c src/mem/remap.c src/mem/advise.c src/mem/fault.c
 * src/mem/access.c src/mem/object.c src/mem/memfile.c src/base/fds.c src/base/fsize.c src/base/persona.c src/base/fault.c src/base/lines.c
 * src/base/lock.c src/base/place.c src/base/procfs.c */
/* Random memory calls on a space whose machine is a table of pages in this file. After each of them the region tree, the host's mappings of
 * the slab (as /proc/self/maps has them), the page tables and the bytes have to agree, with each other and with a model. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/mman.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>

#include "base/fds.h"
#include "mem/access.h"
#include "mem/region.h"

void bug(const char *file, int line, const char *what)
{
    fprintf(stderr, "%s:%d: %s\n", file, line, what);
    abort();
}

/* ---- a machine that is a table ---- */

#define TABLE (1u << 20)

struct entry {
    uint64_t page; /* guest page number, 0: nobody's */
    uint64_t pa;
    int prot;
};

struct machine {
    struct entry table[TABLE];
    unsigned maps, hungry; /* every so many calls there is no memory for a table */
    bool fed;
    uint64_t feeds;
    struct {
        uint64_t start, end;
    } slot[64];
    unsigned nslots;
};

static struct entry *entry_of(struct machine *m, uint64_t page)
{
    uint64_t i = page * 0x9e3779b97f4a7c15ull >> 44;
    while (m->table[i].page && m->table[i].page != page)
        i = (i + 1) % TABLE;
    m->table[i].page = page;
    return &m->table[i];
}

static bool starves(struct machine *m)
{
    if (m->fed || ++m->maps % m->hungry) {
        m->fed = false;
        return false;
    }
    return true;
}

int machine_create(struct machine **out, void *ram, uint64_t initial, bool forked, const char **why)
{
    (void) why, (void) forked;
    assert_int_equal((uintptr_t) ram % CHUNK_SIZE, 0);
    memset(ram, 0, CHUNK_SIZE); /* it is there */
    *out = mmap(NULL, sizeof **out, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(*out != MAP_FAILED);
    (*out)->hungry = 97;
    (*out)->slot[0].end = initial;
    (*out)->nslots = 1;
    return 0;
}

void machine_repair(struct machine *m, int pid)
{
    (void) m, (void) pid;
}

void machine_feed(struct machine *m, gpa_t gpa)
{
    (void) gpa;
    m->fed = true;
    m->feeds++;
}

int vcpu_create(struct machine *m, struct vcpu **out)
{
    (void) m;
    (void) out;
    return -ENOMEM;
}

int machine_back(struct machine *m, gpa_t gpa, void *hva, uint64_t size, bool readonly)
{
    (void) hva, (void) readonly;
    assert_true(m->nslots < ARRAY_SIZE(m->slot));
    m->slot[m->nslots].start = gpa.v;
    m->slot[m->nslots++].end = gpa.v + size;
    return 0;
}

int machine_withdraw(struct machine *m)
{
    (void) m;
    return 0;
}

static bool is_backed(const struct machine *m, uint64_t pa)
{
    for (unsigned i = 0; i < m->nslots; i++)
        if (pa >= m->slot[i].start && pa < m->slot[i].end)
            return true;
    return false;
}

int machine_map(struct machine *m, gva_t va, gpa_t pa, uint64_t size, int prot)
{
    assert_true(prot & PROT_RWX);
    if (starves(m))
        return -ENOMEM;
    for (uint64_t at = 0; at < size; at += PAGE_SIZE) {
        struct entry *e = entry_of(m, (va.v + at) / PAGE_SIZE);
        e->pa = pa.v + at;
        e->prot = prot;
        assert_true(is_backed(m, e->pa));
    }
    return 0;
}

int machine_unmap(struct machine *m, gva_t va, uint64_t size)
{
    if (starves(m))
        return -ENOMEM;
    for (uint64_t at = 0; at < size; at += PAGE_SIZE)
        entry_of(m, (va.v + at) / PAGE_SIZE)->prot = 0;
    return 0;
}

static bool shadow;

struct cpu_traits machine_traits(const struct machine *m)
{
    (void) m;
    return (struct cpu_traits){.gpa_limit = 1ull << 40, .shadow_paging = shadow};
}

uint64_t machine_excluded(const struct machine *m, uint64_t start, uint64_t end)
{
    (void) m, (void) start, (void) end;
    return 0;
}

const struct cpu_backend *cpu_backend(void)
{
    static const struct cpu_backend none;
    return &none;
}

void machine_fork_prepare(struct machine *m)
{
    (void) m;
}

void machine_fork_parent(struct machine *m)
{
    (void) m;
}

int machine_renew(struct machine *m, struct vcpu *own)
{
    (void) m, (void) own;
    return 0;
}

/* ---- the model: what each page of a piece of address space holds ---- */

#define AREA 0x10000000ull /* five chunks, of which the calls use the middle */
#define PAGES 4096u
#define HEAP (AREA + 64ull * CHUNK_SIZE)
#define HEAP_PAGES 1024u
#define FILE_PAGES 1024u

enum kind { NONE, ANON, SHARED, FILE_PRIVATE, FILE_SHARED };

struct page {
    uint8_t kind, prot;
    bool dontfork, own; /* own: a private file page that was written */
    uint32_t value;     /* ANON, and FILE_PRIVATE when own */
    uint32_t object;    /* FILE_*: page of the file; SHARED: index into shared[] */
};

static struct page model[PAGES + HEAP_PAGES];
static uint32_t shared[1 << 16], file_value[FILE_PAGES];
static unsigned nshared, heap_pages;
static int file_fd;
static struct space *sp;
static uint64_t seed;

static uint64_t below(uint64_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed % n;
}

static uint64_t va_of(unsigned page)
{
    return page < PAGES ? AREA + page * PAGE_SIZE : HEAP + (page - PAGES) * PAGE_SIZE;
}

static uint32_t *value_of(struct page *p)
{
    switch (p->kind) {
    case SHARED:
        return &shared[p->object];
    case FILE_SHARED:
        return &file_value[p->object];
    case FILE_PRIVATE:
        return p->own ? &p->value : &file_value[p->object];
    default:
        return &p->value;
    }
}

/* ---- agreement ---- */

static uint8_t host_rights[1u << 30 >> 12]; /* rights of the first pages of the slab, 8: there is a hole */
static uint8_t echo_rights[PAGES];          /* and of the guest's own addresses */

static void read_host(void)
{
    FILE *f = fopen("/proc/self/maps", "re");
    char line[512];
    uint64_t base = (uint64_t) sp->slab.base, end = base + sizeof host_rights * PAGE_SIZE;
    assert_non_null(f);
    assert_true(sp->slab.next * CHUNK_SIZE <= sizeof host_rights * PAGE_SIZE);
    memset(host_rights, 8, sizeof host_rights);
    memset(echo_rights, 0, sizeof echo_rights);
    while (fgets(line, sizeof line, f)) {
        unsigned long a, b;
        char r, w, x;
        if (sscanf(line, "%lx-%lx %c%c%c", &a, &b, &r, &w, &x) != 5)
            continue;
        uint8_t prot = (r == 'r' ? PROT_READ : 0) | (w == 'w' ? PROT_WRITE : 0) | (x == 'x' ? PROT_EXEC : 0);
        for (uint64_t at = MAX(a, AREA); at < MIN(b, AREA + sizeof echo_rights * PAGE_SIZE); at += PAGE_SIZE)
            echo_rights[(at - AREA) / PAGE_SIZE] = prot;
        if (b <= base || a >= end)
            continue;
        a = MAX(a, base), b = MIN(b, end);
        memset(host_rights + (a - base) / PAGE_SIZE, prot, (b - a) / PAGE_SIZE);
    }
    fclose(f);
}

/* An assigned chunk is an exact mirror. */
static void check_mirror(void)
{
    read_host();
    for (uint32_t i = 1; i < sp->slab.next; i++)
        for (uint64_t p = 0; p < CHUNK_SIZE / PAGE_SIZE; p++)
            assert_int_not_equal(host_rights[i * (CHUNK_SIZE / PAGE_SIZE) + p], 8);
    for (uint64_t c = AREA >> CHUNK_SHIFT; c <= (HEAP >> CHUNK_SHIFT) + HEAP_PAGES * PAGE_SIZE / CHUNK_SIZE; c++)
        if (*chunk_entry(sp, c) & CH_INDEX)
            assert_int_equal(sp->owner[*chunk_entry(sp, c) & CH_INDEX], c + 1);
    for (uint32_t i = 1; i < sp->slab.next; i++) {
        uint64_t c = sp->owner[i];
        if (!c--)
            continue; /* tables */
        uint32_t e = *chunk_entry(sp, c);
        assert_int_equal(e & CH_INDEX, i);
        assert_true((e & CH_HOST) || !(e & CH_GUEST));
        for (uint64_t p = 0; p < CHUNK_SIZE / PAGE_SIZE; p++) {
            uint64_t va = (c << CHUNK_SHIFT) + p * PAGE_SIZE;
            const struct region *r = region_at(sp, va);
            const struct entry *g = entry_of(sp->machine, va / PAGE_SIZE);
            int prot = r ? r->prot : PROT_NONE, image = prot ? prot | PROT_READ : PROT_NONE;
            if ((e & CH_HOST) && host_rights[i * (CHUNK_SIZE / PAGE_SIZE) + p] != image)
                fail_msg("host rights of %lx are %d, the region's %d", va,
                         host_rights[i * (CHUNK_SIZE / PAGE_SIZE) + p], prot);
            if (g->prot != (e & CH_GUEST ? prot : 0))
                fail_msg("guest rights of %lx are %d, the region's %d, entry %x", va, g->prot, prot, e);
            if (g->prot)
                assert_int_equal(g->pa, ((uint64_t) i << CHUNK_SHIFT) + p * PAGE_SIZE);
        }
    }
}

/* Shared memory that may be written, and nothing else, can be used at its guest address, too. */
static void check_echo(void)
{
    for (unsigned i = 0; i < PAGES; i++) {
        struct page *p = &model[i];
        bool echo = (p->kind == SHARED || p->kind == FILE_SHARED) && (p->prot & PROT_WRITE);
        if (!(echo_rights[i] & PROT_WRITE) == echo)
            fail_msg("page %u is of kind %d with rights %d, its echo has %d", i, p->kind, p->prot, echo_rights[i]);
        if (echo)
            assert_int_equal(*(uint32_t *) (uintptr_t) va_of(i), *value_of(p));
        else
            assert_int_equal(echo_rights[i], PROT_NONE);
    }
}

static void check_model(void)
{
    uint64_t total = 0;
    for (unsigned i = 0; i < ARRAY_SIZE(model); i++) {
        const struct region *r = region_at(sp, va_of(i));
        struct page *p = &model[i];
        uint32_t value;
        assert_int_equal(!r, p->kind == NONE);
        if (!r)
            continue;
        total += PAGE_SIZE;
        assert_int_equal(r->prot, p->prot);
        assert_int_equal(!(r->flags & RG_SHARED), p->kind == ANON || p->kind == FILE_PRIVATE);
        assert_int_equal(!(r->flags & RG_ANON), p->kind == FILE_PRIVATE || p->kind == FILE_SHARED);
        if (below(8))
            continue;
        int ret = get_user(sp, &value, gva(va_of(i)));
        assert_int_equal(ret, p->prot ? 0 : -EFAULT);
        if (ret == 0 && value != *value_of(p))
            fail_msg("%lx holds %x, not %x", va_of(i), value, *value_of(p));
    }
    assert_int_equal(sp->total, total);
    check_echo();
}

/* ---- calls ---- */

static void forget(unsigned at, unsigned n)
{
    memset(&model[at], 0, n * sizeof model[0]);
}

static void call_mmap(unsigned at, unsigned n)
{
    enum kind kind = (enum kind)(ANON + below(4));
    int prot = (int) below(8), flags = MAP_FIXED | (below(8) ? 0 : MAP_POPULATE);
    unsigned off = (unsigned) below(FILE_PAGES - MIN(n, FILE_PAGES - 1));
    if (kind > SHARED)
        n = MIN(n, FILE_PAGES - off);
    flags |= kind == ANON || kind == FILE_PRIVATE ? MAP_PRIVATE : MAP_SHARED;
    flags |= kind <= SHARED ? MAP_ANONYMOUS : 0;
    assert_int_equal(space_mmap(sp, gva(va_of(at)), n * PAGE_SIZE, prot, flags, kind <= SHARED ? -1 : file_fd,
                                kind <= SHARED ? 0 : off * PAGE_SIZE),
                     va_of(at));
    for (unsigned i = 0; i < n; i++) {
        model[at + i] = (struct page){.kind = kind, .prot = (uint8_t) prot, .object = off + i};
        if (kind == FILE_PRIVATE && (flags & MAP_POPULATE) && (prot & PROT_WRITE)) { /* populated for writing: copied */
            model[at + i].own = true;
            model[at + i].value = file_value[off + i];
        }
        if (kind == SHARED) {
            assert_true(nshared < ARRAY_SIZE(shared));
            shared[nshared] = 0;
            model[at + i].object = nshared++;
        }
    }
}

static void call_mprotect(unsigned at, unsigned n)
{
    int prot = (int) below(8), ret = space_mprotect(sp, gva(va_of(at)), n * PAGE_SIZE, prot);
    unsigned i = 0;
    while (i < n && model[at + i].kind)
        model[at + i++].prot = (uint8_t) prot;
    assert_int_equal(ret, i == n ? 0 : -ENOMEM);
}

static void call_mremap(unsigned at, unsigned n)
{
    unsigned more = (unsigned) below(3) ? n : 1 + (unsigned) below(n + 8), to = (unsigned) below(PAGES - 1200);
    bool fixed = below(3), keep = fixed && below(4) == 0;
    if (model[at].kind > SHARED) /* not past the end of the file */
        more = MIN(more, FILE_PAGES - model[at].object);
    if (keep)
        more = n;
    if (!fixed)
        to = at;
    for (unsigned i = 0; i < n; i++) /* one object: what lies in one region is for the tree to know */
        if (model[at + i].kind != model[at].kind || !model[at].kind ||
            (model[at].kind >= SHARED && model[at + i].object != model[at].object + i))
            return;
    if (model[at].kind == SHARED)
        more = MIN(more, n); /* beyond its object there is nothing */
    int64_t ret =
        space_mremap(sp, gva(va_of(at)), n * PAGE_SIZE, more * PAGE_SIZE,
                     fixed ? MREMAP_MAYMOVE | MREMAP_FIXED | (keep ? MREMAP_DONTUNMAP : 0) : 0, gva(va_of(to)));
    if (fixed && to < at + n && at < to + more) {
        assert_int_equal(ret, -EINVAL);
        return;
    }
    if (ret == -EFAULT) { /* several regions; or, when it shrank, its tail is gone */
        assert_true(n > 1);
        return;
    }
    if (!fixed && more > n) {
        bool room = true;
        for (unsigned i = n; i < more; i++)
            room &= at + i < PAGES && !model[at + i].kind;
        if (ret == -ENOMEM) {
            return; /* a neighbour is in the way, or the region goes on */
        }
        assert_true(room);
    }
    assert_int_equal(ret, va_of(to));
    static struct page moved[2 * PAGES];
    memcpy(moved, &model[at], n * sizeof model[0]);
    for (unsigned i = n; i < more; i++) {
        moved[i] = (struct page){.kind = moved[0].kind, .prot = moved[n - 1].prot, .object = moved[0].object + i};
    }
    if (fixed && !keep)
        forget(at, n);
    else if (!fixed && more < n)
        forget(at + more, n - more);
    if (keep)
        for (unsigned i = 0; i < n; i++)
            model[at + i].value = model[at + i].own = 0;
    if (fixed)
        forget(to, more);
    memcpy(&model[to], moved, more * sizeof model[0]);
}

static void call_advise(unsigned at, unsigned n)
{
    int advice = below(2) ? MADV_DONTNEED : below(2) ? MADV_DONTFORK : MADV_DOFORK;
    bool hole = false;
    int ret = space_advise(sp, gva(va_of(at)), n * PAGE_SIZE, advice);
    for (unsigned i = at; i < at + n; i++) {
        hole |= !model[i].kind;
        if (advice == MADV_DONTNEED)
            model[i].value = model[i].own = 0;
        else if (model[i].kind)
            model[i].dontfork = advice == MADV_DONTFORK;
    }
    assert_int_equal(ret, hole ? -ENOMEM : 0);
}

static void call_brk(void)
{
    unsigned want = (unsigned) below(HEAP_PAGES + 1);
    uint64_t to = HEAP + want * PAGE_SIZE - (want ? below(2) * 100 : 0);
    assert_int_equal(space_brk(sp, gva(to)), to);
    for (unsigned i = PAGES + heap_pages; i < PAGES + want; i++)
        model[i] = (struct page){.kind = ANON, .prot = PROT_READ | PROT_WRITE};
    if (want < heap_pages)
        forget(PAGES + want, heap_pages - want);
    heap_pages = want;
}

/* A handler writes: with a copy, as far as the rights go. */
static void write_value(unsigned at)
{
    struct page *p = &model[at];
    uint32_t value = (uint32_t) seed;
    int ret = put_user(sp, gva(va_of(at)), &value);
    assert_int_equal(ret, p->kind && (p->prot & PROT_WRITE) ? 0 : -EFAULT);
    if (ret)
        return;
    if (p->kind == FILE_PRIVATE)
        p->own = true;
    *value_of(p) = value;
}

/* The guest touches a page: it goes through, or the fault is resolved, or it is a signal. */
static void touch(unsigned at)
{
    static const struct {
        int prot;
        unsigned long error;
    } how[] = {{PROT_READ, PF_USER}, {PROT_WRITE, PF_USER | PF_WRITE}, {PROT_EXEC, PF_USER | PF_INSTR}};
    const struct page *p = &model[at];
    unsigned k = (unsigned) below(ARRAY_SIZE(how));
    const struct entry *e = entry_of(sp->machine, va_of(at) / PAGE_SIZE);
    /* Any right of a page lets it be read (the processor has no other). */
    bool may = k ? p->prot & how[k].prot : p->prot != 0;
    if (k ? e->prot & how[k].prot : e->prot != 0) {
        assert_true(may);
        return;
    }
    int ret = space_fault(sp, gva(va_of(at)), how[k].error);
    assert_int_equal(ret, !p->kind ? SEGV_MAPERR : may ? 0 : SEGV_ACCERR);
    if (ret == 0)
        assert_true(k ? e->prot & how[k].prot : e->prot != 0);
}

static void step(void)
{
    unsigned n = below(6) ? 1 + (unsigned) below(40) : 1 + (unsigned) below(1100), at = (unsigned) below(PAGES - n);
    if (!below(4)) /* chunk borders are where it matters */
        at = MIN(at & ~511u, PAGES - n);
    switch (below(16)) {
    case 0:
    case 1:
    case 2:
        call_mmap(at, n);
        break;
    case 3:
        assert_int_equal(space_munmap(sp, gva(va_of(at)), n * PAGE_SIZE), 0);
        forget(at, n);
        break;
    case 4:
    case 5:
        call_mprotect(at, n);
        break;
    case 6:
    case 7:
        call_mremap(at, MIN(n, 60u));
        break;
    case 8:
        call_advise(at, n);
        break;
    case 9:
        call_brk();
        break;
    default:
        for (int i = 0; i < 8; i++) {
            at = (unsigned) below(ARRAY_SIZE(model));
            if (below(2))
                write_value(at);
            else
                touch(at);
        }
        break;
    }
}

/* ---- cases ---- */

static void recover(int sig, siginfo_t *si, void *arg)
{
    ucontext_t *uc = arg;
    uintptr_t fixup;
    (void) si;
    if (!access_fixup((uintptr_t) uc->uc_mcontext.gregs[REG_RIP], &fixup)) {
        signal(sig, SIG_DFL);
        return;
    }
    uc->uc_mcontext.gregs[REG_RIP] = (greg_t) fixup;
}

static void begin(uint64_t s)
{
    const struct space_limits lim = {~0ull, ~0ull, 8 << 20, 0};
    const struct sigaction sa = {.sa_sigaction = recover, .sa_flags = SA_SIGINFO | SA_NODEFER};
    sigaction(SIGSEGV, &sa, NULL); /* over cmocka's own */
    sigaction(SIGBUS, &sa, NULL);
    seed = s * 0x9e3779b97f4a7c15ull;
    memset(model, 0, sizeof model);
    nshared = heap_pages = 0;
    file_fd = memfd_create("file", 0);
    assert_true(file_fd >= 0 && ftruncate(file_fd, FILE_PAGES * PAGE_SIZE) == 0);
    for (uint32_t i = 0; i < FILE_PAGES; i++) {
        file_value[i] = 0xf0000 + i;
        assert_int_equal(pwrite(file_fd, &file_value[i], 4, (off_t) (i * PAGE_SIZE)), 4);
    }
    assert_int_equal(space_create(&sp, &lim, SPACE_COW, -1, NULL), 0);
    space_set_brk(sp, gva(HEAP));
}

static void end(void)
{
    while (sp->tree.rbh_root) {
        struct region *r = sp->tree.rbh_root;
        assert_int_equal(space_munmap(sp, gva(r->start), r->end - r->start), 0);
    }
    assert_int_equal(sp->total + sp->data + sp->stack + sp->exec + sp->locked, 0);
    check_mirror();
    for (struct region *r; (r = sp->spare);) {
        sp->spare = r->node.rbe_left;
        free(r);
    }
    munmap((void *) AREA, PAGES * PAGE_SIZE); /* the next space's echo goes there */
    munmap(sp->slab.base, (uint64_t) sp->slab.limit << CHUNK_SHIFT);
    munmap(sp->machine, sizeof *sp->machine);
    munmap(sp->chunk, CHUNKS * sizeof *sp->chunk);
    free(sp->slab.far);
    free(sp);
    close(file_fd);
}

static void play(uint64_t s)
{
    begin(s);
    for (int i = 0; i < 1500; i++) {
        step();
        if (i % 4 == 0)
            check_mirror();
        if (i % 16 == 0)
            check_model();
    }
    check_mirror();
    check_model();
    assert_true(sp->machine->feeds > 3);
}

static void regions_host_and_tables_agree(void **state)
{
    (void) state;
    for (uint64_t s = 1; s <= 4; s++) {
        shadow = s & 1;
        play(s);
        end();
    }
}

/* The child of a fork has all but what was not to be inherited, and no hole in the slab. */
static void they_agree_after_a_fork(void **state)
{
    (void) state;
    play(77);
    call_mmap(100, 900);
    assert_int_equal(space_advise(sp, gva(va_of(300)), 400 * PAGE_SIZE, MADV_DONTFORK), 0);
    for (unsigned i = 300; i < 700; i++)
        model[i].dontfork = true;
    space_fork_prepare(sp);
    pid_t pid = fork();
    if (pid == 0) {
        if (space_fork_child(sp, NULL))
            _exit(1);
        for (unsigned i = 0; i < ARRAY_SIZE(model); i++)
            if (model[i].dontfork)
                forget(i, 1);
        check_mirror();
        check_model();
        for (int i = 0; i < 200; i++)
            step();
        check_mirror();
        check_model();
        _exit(0);
    }
    space_fork_parent(sp);
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    check_mirror();
    end();
}

/* What is only reserved costs nothing, and a call on all of it changes all of it. */
static void a_reservation_is_bound_where_it_is_touched(void **state)
{
    (void) state;
    begin(5);
    uint64_t size = 64ull << 30;
    int64_t at =
        space_mmap(sp, gva(0), size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    assert_true(at > 0);
    assert_int_equal(sp->slab.next, 1);
    uint32_t value = 7;
    assert_int_equal(put_user(sp, gva((uint64_t) at + size / 2), &value), 0);
    assert_true(sp->slab.next <= 33);
    check_mirror();
    assert_int_equal(space_mprotect(sp, gva((uint64_t) at), size, PROT_READ), 0);
    assert_int_equal(put_user(sp, gva((uint64_t) at + size / 2), &value), -EFAULT);
    assert_int_equal(put_user(sp, gva((uint64_t) at), &value), -EFAULT);
    check_mirror();
    assert_int_equal(space_munmap(sp, gva((uint64_t) at), size), 0);
    check_mirror();
    end();
}

/* Wherever the slab lies: whatever is mapped without a hint, in either layout of address space, is not there. */
static void the_slab_ends_where_the_host_begins_to_look_for_a_place(void **state)
{
    (void) state;
    for (unsigned i = 0; i < 16; i++) {
        begin(i + 1);
        uint64_t base = (uint64_t) sp->slab.base, size = (uint64_t) sp->slab.limit << CHUNK_SHIFT;
        assert_true(base >= 1ull << 45 && base + size <= SPACE_TOP / 3);
        end();
    }
}

/* From now on the host refuses this call where its argument number `arg` is `value` (its low half). */
static void refuse(unsigned nr, unsigned arg, uint32_t value, unsigned other, uint32_t bits)
{
#define ARG(n) offsetof(struct seccomp_data, args[n])
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 5),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t) ARG(arg)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t) ARG(other)),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOMEM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog prog = {ARRAY_SIZE(code), code};
    assert_int_equal(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    assert_int_equal(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog), 0);
}

#define WINDOW (64ull << 20) /* what a touch of lazy memory binds */

/* Three windows of memory, of which each piece of the slab lies apart, and a page of each with a number. */
static uint64_t three_pieces(uint64_t *size)
{
    *size = 2 * WINDOW + WINDOW / 2;
    int64_t at = space_mmap(sp, gva(1ull << 40), *size, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    assert_int_equal(at, 1ll << 40);
    for (uint32_t i = 3; i-- > 0;)
        assert_int_equal(put_user(sp, gva((uint64_t) at + i * WINDOW), &i), 0);
    return (uint64_t) at;
}

static void check_pieces(uint64_t at)
{
    for (uint32_t i = 0; i < 3; i++) {
        uint32_t value = 99;
        assert_int_equal(get_user(sp, &value, gva(at + i * WINDOW)), 0);
        assert_int_equal(value, i);
    }
    check_mirror();
}

static void in_a_child(void (*fn)(void))
{
    pid_t pid = fork();
    int status;
    if (pid == 0) {
        fn();
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void move_refused_in_the_middle(void)
{
    uint64_t size, at = three_pieces(&size), to = 1ull << 41;
    check_pieces(at);
    assert_int_equal(space_mremap(sp, gva(at), size, size, MREMAP_MAYMOVE | MREMAP_FIXED, gva(to)), to);
    check_pieces(to);
    assert_int_equal(space_mremap(sp, gva(to), size, size, MREMAP_MAYMOVE | MREMAP_FIXED, gva(at)), at);
    check_pieces(at);
    refuse(SYS_mremap, 1, WINDOW / 2, 3, MREMAP_FIXED);
    assert_int_equal(space_mremap(sp, gva(at), size, size, MREMAP_MAYMOVE | MREMAP_FIXED, gva(to)), -ENOMEM);
    check_pieces(at);
    assert_null(region_at(sp, to));
}

static void what_moves_in_pieces_moves_whole_or_not_at_all(void **state)
{
    (void) state;
    begin(9);
    in_a_child(move_refused_in_the_middle);
    end();
}

static void unmapping_refused_in_the_middle(void)
{
    uint64_t size, at = three_pieces(&size);
    uint32_t value;
    refuse(SYS_mmap, 1, WINDOW / 2, 3, MAP_FIXED);
    assert_int_equal(space_munmap(sp, gva(at), size), -ENOMEM);
    check_mirror();
    assert_null(region_at(sp, at + 2 * WINDOW - 1));
    assert_int_equal(get_user(sp, &value, gva(at + 2 * WINDOW)), 0);
    assert_int_equal(value, 2);
    assert_int_equal(sp->total, WINDOW / 2);
}

static void what_is_unmapped_in_part_is_gone_in_part(void **state)
{
    (void) state;
    begin(11);
    in_a_child(unmapping_refused_in_the_middle);
    end();
}

static void growth_refused_on_the_way_back(void)
{
    const unsigned first = 3, n = 4, more = 16;
    refuse(SYS_mremap, 1, PAGE_SIZE, 3, MREMAP_FIXED);
    for (unsigned hidden = 0; hidden < 2; hidden++) { /* a page of its own as it is hidden, or not */
        const uint64_t at = AREA + hidden * CHUNK_SIZE;
        uint32_t value = 7;
        assert_int_equal(space_mmap(sp, gva(at), (n + 1) * PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED,
                                    file_fd, first * PAGE_SIZE),
                         at);
        assert_int_equal(space_munmap(sp, gva(at + n * PAGE_SIZE), PAGE_SIZE), 0);
        assert_int_equal(put_user(sp, gva(at + (n - 1) * PAGE_SIZE), &value), 0);
        if (hidden)
            assert_int_equal(space_mprotect(sp, gva(at), n * PAGE_SIZE, PROT_NONE), 0);
        assert_int_equal(space_mremap(sp, gva(at), n * PAGE_SIZE, more * PAGE_SIZE, 0, gva(0)), at);
        check_mirror();
        assert_int_equal(space_mprotect(sp, gva(at), more * PAGE_SIZE, PROT_READ), 0);
        for (unsigned i = 0; i < more; i++) {
            assert_int_equal(get_user(sp, &value, gva(at + i * PAGE_SIZE)), 0);
            assert_int_equal(value, i == n - 1 ? 7 : file_value[first + i]);
        }
    }
}

/* The last page of a private mapping is moved away to learn of its file; what keeps it from coming back is a matter of the host's. */
static void a_page_that_was_changed_outlives_growth(void **state)
{
    (void) state;
    begin(10);
    in_a_child(growth_refused_on_the_way_back);
    end();
}

int main(void)
{
    if (fds_init()) /* whose limit is put back */
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_slab_ends_where_the_host_begins_to_look_for_a_place),
        cmocka_unit_test(what_moves_in_pieces_moves_whole_or_not_at_all),
        cmocka_unit_test(a_page_that_was_changed_outlives_growth),
        cmocka_unit_test(what_is_unmapped_in_part_is_gone_in_part),
        cmocka_unit_test(a_reservation_is_bound_where_it_is_touched),
        cmocka_unit_test(regions_host_and_tables_agree),
        cmocka_unit_test(they_agree_after_a_fork),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
