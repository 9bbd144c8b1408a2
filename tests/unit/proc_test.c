/* links: src/fs/maps.c src/fs/vma.c src/fs/text.c src/fs/path.c src/fs/root.c src/fs/procname.c src/base/procfs.c src/base/nspid.c src/base/fds.c src/mem/peek.c
 * src/mem/region.c src/base/lines.c src/fs/mounts.c src/fs/resident.c src/base/lock.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>

#include "fs/maps.h"
#include "fs/mounts.h"
#include "fs/resident.h"
#include "mem/region.h"

_Noreturn void bug(const char *file, int line, const char *what)
{
    fail_msg("%s:%d: %s", file, line, what);
    abort();
}

/* ---- the kernel's own text is the oracle ---- */

static void load(const char *path, struct text *t)
{
    memset(t, 0, sizeof *t);
    int fd = open(path, O_RDONLY);
    assert_int_equal(text_read(t, fd), 0);
    close(fd);
    assert_true(t->n > 0 && !t->failed);
}

static void lines_are_the_kernels_byte_for_byte(void **state)
{
    (void) state;
    struct text want, copy = {0}, got = {0};
    struct vma_list l;
    load("/proc/self/maps", &want);
    text_add(&copy, want.p, want.n);
    assert_int_equal(vma_parse(&l, &copy), 0);
    assert_true(l.n > 5);
    for (unsigned i = 0; i < l.n; i++) {
        const struct host_vma *v = &l.vma[i];
        vma_line(&got, v->start, v->end, v->perms, v->offset, v->major, v->minor, v->ino, v->path);
        text_add(&got, "\n", 1);
    }
    assert_string_equal(got.p, want.p);
    vma_free(&l);
    free(want.p);
    free(got.p);
}

static void odd_names_are_kept(void **state)
{
    (void) state;
    static const char text[] =
        "7f0000000000-7f0000001000 rw-s 00000000 00:01 5                          /dev/zero (deleted)\n"
        "7f0000002000-7f0000003000 r--p 00000000 fe:00 7                          /a b/c\\012d (deleted)\n"
        "7f0000004000-7f0000005000 ---p 00000000 00:00 0 \n"
        "not a line of maps\n"
        "7f0000006000-7f0000007000 r-xp 00001000 103:02 18446744073709551615      /x";
    static const char *paths[] = {"/dev/zero (deleted)", "/a b/c\\012d (deleted)", "", "/x"};
    struct text t = {0}, got = {0};
    struct vma_list l;
    text_add(&t, text, sizeof text - 1);
    assert_int_equal(vma_parse(&l, &t), 0);
    assert_int_equal(l.n, 4);
    for (unsigned i = 0; i < l.n; i++)
        assert_string_equal(l.vma[i].path, paths[i]);
    assert_true(l.vma[3].ino == UINT64_MAX && l.vma[3].major == 0x103);
    vma_line(&got, 0x1000, 0x2000, "r--p", 0, 0xfe, 0, 7, "/a");
    assert_string_equal(got.p, "00001000-00002000 r--p 00000000 fe:00 7                                  /a");
    vma_free(&l);
    free(got.p);
    struct text empty = {0};
    assert_int_equal(vma_parse(&l, &empty), 0);
    assert_int_equal(l.n, 0);
    vma_free(&l);
}

/* ---- a space made by hand ---- */

static struct space space;
static uint32_t owner[64];

#define SLAB 0x500000000000ull
#define LOW 0x555555400000ull
#define HIGH 0x7ffff7c00000ull
#define STACK 0x7ffffffde000ull

static void space_reset(void)
{
    for (struct region *r; (r = region_from(&space, 0));)
        region_remove(&space, r);
    for (struct region *r = space.spare, *n; r; r = n) {
        n = RB_LEFT(r, node);
        free(r);
    }
    memset(&space, 0, sizeof space);
    memset(owner, 0, sizeof owner);
    RB_INIT(&space.tree);
    space.max_regions = REGIONS_MOST;
    space.slab.base = (uint8_t *) SLAB;
    space.slab.limit = 64;
    space.slab.next = 1;
    space.owner = owner;
}

static void add(uint64_t start, uint64_t size, int prot, int flags, int name)
{
    struct region like = {.prot = (uint8_t) prot, .flags = (uint8_t) flags, .name = (uint8_t) name};
    assert_non_null(region_insert(&space, &like, start, start + size));
}

static void bind(uint32_t index, uint64_t va)
{
    owner[index] = (uint32_t) (va >> CHUNK_SHIFT) + 1;
    space.slab.next = MAX(space.slab.next, index + 1);
}

/* Two chunks of a program (bound to neighbours, in the wrong order), a shared mapping, a heap, a stack. */
static void space_make(void)
{
    space_reset();
    add(LOW, 0x3000, PROT_READ, 0, 0);
    add(LOW + 0x3000, CHUNK_SIZE, PROT_READ | PROT_EXEC, 0, 0); /* across the border of two chunks */
    add(LOW + CHUNK_SIZE + 0x3000, 0x2000, PROT_READ | PROT_WRITE, RG_ANON, REGION_HEAP);
    add(HIGH, 0x2000, PROT_READ | PROT_WRITE, RG_SHARED | RG_ANON, 0);
    add(HIGH + 0x4000, 0x1000, PROT_NONE, RG_ANON, 0);
    add(STACK, 0x21000, PROT_READ | PROT_WRITE, RG_ANON | RG_GROWSDOWN, REGION_STACK);
    bind(2, LOW);
    bind(1, LOW + CHUNK_SIZE);
    bind(3, HIGH);
    bind(4, STACK & ~(CHUNK_SIZE - 1));
}

static uint64_t hva(uint64_t va)
{
    for (uint32_t i = 1; i < space.slab.next; i++)
        if (owner[i] == (va >> CHUNK_SHIFT) + 1)
            return SLAB + i * CHUNK_SIZE + va % CHUNK_SIZE;
    fail_msg("%lx is not bound", va);
    return 0;
}

static void host_line(struct text *t, uint64_t va, uint64_t size, const char *perms, uint64_t off, uint64_t ino,
                      const char *path)
{
    vma_line(t, hva(va), hva(va) + size, perms, off, ino ? 0xfe : 0, 0, ino, path);
    text_add(t, "\n", 1);
}

static void host_maps(struct text *t)
{
    memset(t, 0, sizeof *t);
    text_printf(t, "00400000-00500000 r-xp 00000000 fe:00 99                                 /usr/bin/elfuse\n");
    /* The second chunk comes first in the slab. */
    host_line(t, LOW + CHUNK_SIZE, 0x3000, "r--p", CHUNK_SIZE, 7, "/bin/prog");
    host_line(t, LOW + CHUNK_SIZE + 0x3000, 0x2000, "rw-p", 0, 0, "");
    host_line(t, LOW, CHUNK_SIZE, "r--p", 0, 7, "/bin/prog");
    host_line(t, HIGH, 0x2000, "rw-s", 0, 11, "/dev/zero (deleted)");
    host_line(t, STACK, 0x21000, "rw-p", 0, 0, "");
}

static const char want_maps[] =
    "555555400000-555555403000 r--p 00000000 fe:00 7                          /bin/prog\n"
    "555555403000-555555603000 r-xp 00003000 fe:00 7                          /bin/prog\n"
    "555555603000-555555605000 rw-p 00000000 00:00 0                          [heap]\n"
    "7ffff7c00000-7ffff7c02000 rw-s 00000000 fe:00 11                         /dev/zero (deleted)\n"
    "7ffff7c04000-7ffff7c05000 ---p 00000000 00:00 0 \n"
    "7ffffffde000-7ffffffff000 rw-p 00000000 00:00 0                          [stack]\n";

static void maps_joins_what_chunks_divide(void **state)
{
    (void) state;
    struct text host, got = {0};
    struct space_view view;
    struct layout l;
    space_make();
    host_maps(&host);
    assert_int_equal(space_view(&space, &view), 0);
    assert_int_equal(view.regions, 6);
    assert_int_equal(layout_make(&l, &view, &host), 0);
    layout_maps(&l, &got);
    assert_string_equal(got.p, want_maps);
    layout_free(&l);
    free(got.p);
}

static void maps_shows_a_file_with_a_gap_in_its_pieces(void **state)
{
    (void) state;
    struct text host = {0}, got = {0};
    struct space_view view;
    struct layout l;
    space_reset();
    add(LOW, 0x4000, PROT_READ, 0, 0);
    bind(1, LOW);
    host_line(&host, LOW, 0x1000, "r--p", 0x5000, 7, "/f");
    host_line(&host, LOW + 0x3000, 0x1000, "r--p", 0x1000, 7, "/f"); /* not where the first goes on */
    assert_int_equal(space_view(&space, &view), 0);
    assert_int_equal(layout_make(&l, &view, &host), 0);
    layout_maps(&l, &got);
    assert_string_equal(got.p, "555555400000-555555401000 r--p 00005000 fe:00 7                          /f\n"
                               "555555401000-555555403000 r--p 00000000 00:00 0 \n"
                               "555555403000-555555404000 r--p 00001000 fe:00 7                          /f\n");
    layout_free(&l);
    free(got.p);
}

static uint64_t field(const char *text, const char *line, const char *name)
{
    const char *p = strstr(text, line);
    assert_non_null(p);
    p = strstr(p, name);
    assert_non_null(p);
    return strtoull(p + strlen(name), NULL, 10);
}

static void smaps_shares_out_what_the_host_has_as_one(void **state)
{
    (void) state;
    struct text host = {0}, got = {0};
    struct space_view view;
    struct layout l;
    struct rss rss;
    space_reset();
    /* One mapping of the host (0x4000 bytes) under two regions and a hole. */
    add(LOW, 0x1000, PROT_READ | PROT_WRITE, RG_ANON, 0);
    add(LOW + 0x1000, 0x3000, PROT_READ | PROT_WRITE, RG_ANON, REGION_HEAP);
    add(HIGH, 0x1000, PROT_READ, 0, 0);
    bind(1, LOW);
    bind(2, HIGH);
    text_printf(&host, "00400000-00500000 r-xp 00000000 fe:00 99                                 /usr/bin/elfuse\n"
                       "Size:               1024 kB\nKernelPageSize:        4 kB\nRss:                1000 "
                       "kB\nAnonymous:             0 kB\n"
                       "THPeligible:           0\nVmFlags: rd ex mr mw me \n");
    host_line(&host, LOW, 0x4000, "rw-p", 0, 0, "");
    text_printf(&host, "Size:                 16 kB\nKernelPageSize:        4 kB\nRss:                   8 "
                       "kB\nAnonymous:             8 kB\n"
                       "THPeligible:           1\nVmFlags: rd wr mr mw me nr sd \n");
    host_line(&host, HIGH, 0x1000, "r--p", 0, 7, "/f");
    text_printf(&host, "Size:                  4 kB\nKernelPageSize:        4 kB\nRss:                   4 "
                       "kB\nAnonymous:             0 kB\n"
                       "THPeligible:           0\nVmFlags: rd mr mw me sd \n");
    assert_int_equal(space_view(&space, &view), 0);
    assert_int_equal(layout_make(&l, &view, &host), 0);
    layout_smaps(&l, &got);
    assert_int_equal(field(got.p, "555555400000-", "\nRss:"), 2);
    assert_int_equal(field(got.p, "555555401000-", "\nRss:"), 6);
    assert_int_equal(field(got.p, "555555401000-", "\nSize:"), 12);
    assert_int_equal(field(got.p, "555555401000-", "\nTHPeligible:"), 1);
    assert_int_equal(field(got.p, "7ffff7c00000-", "\nRss:"), 4);
    assert_non_null(strstr(got.p,
                           "Size:                 12 kB\nKernelPageSize:        4 kB\nRss:                   6 kB\n"
                           "Anonymous:             6 kB\nTHPeligible:           1\nVmFlags: rd wr mr mw me ac sd \n"));
    assert_null(strstr(got.p, "elfuse"));
    layout_rss(&l, &rss);
    assert_true(rss.total == 12 * 1024 && rss.anon == 8 * 1024 && rss.shmem == 0);
    layout_free(&l);
    free(got.p);
}

/* Line for line the same names and widths as the kernel: its own smaps, laid under a space that mirrors it. */
static void smaps_has_the_kernels_lines(void **state)
{
    (void) state;
    struct text want, got = {0};
    struct space_view view;
    struct layout l;
    space_reset();
    load("/proc/self/smaps", &want);
    char *host = strdup(want.p);
    unsigned lines = 0;
    for (char *p = strchr(want.p, '\n') + 1; p && strncmp(p, "VmFlags:", 8); p = strchr(p, '\n') + 1)
        lines++;
    assert_true(lines > 10);
    add(LOW, 0x1000, PROT_READ, RG_ANON, 0);
    bind(1, LOW);
    assert_int_equal(space_view(&space, &view), 0);
    assert_int_equal(layout_make(&l, &view, &want), 0);
    layout_smaps(&l, &got);
    const char *a = strchr(host, '\n') + 1, *b = strchr(got.p, '\n') + 1;
    for (; lines; lines--, a = strchr(a, '\n') + 1, b = strchr(b, '\n') + 1) {
        assert_int_equal(strcspn(a, "\n"), strcspn(b, "\n"));
        assert_int_equal(strncmp(a, b, strcspn(a, ":") + 1), 0);
    }
    assert_int_equal(strncmp(b, "VmFlags: rd ", 12), 0);
    layout_free(&l);
    free(got.p);
    free(host);
}

/* ---- another process's space ---- */

static unsigned reads, change_at;

static int peek_self(void *arg, uint64_t addr, void *buf, size_t size)
{
    (void) arg;
    if (addr < 4096)
        return -EFAULT;
    memcpy(buf, (const void *) addr, size);
    if (++reads == change_at)
        add(0x10000, 0x1000, PROT_READ, RG_ANON, 0); /* it went on meanwhile */
    return 0;
}

static void compare_views(void)
{
    struct space_view a, b;
    assert_int_equal(space_view_remote(peek_self, NULL, (uint64_t) &space, &b), 0);
    assert_int_equal(space_view(&space, &a), 0);
    assert_int_equal(a.regions, b.regions);
    for (unsigned i = 0; i < a.regions; i++)
        assert_true(a.region[i].start.v == b.region[i].start.v && a.region[i].end.v == b.region[i].end.v &&
                    a.region[i].prot == b.region[i].prot && a.region[i].name == b.region[i].name);
    assert_true(a.chunks == b.chunks && memcmp(a.owner, b.owner, a.chunks * sizeof *a.owner) == 0);
    assert_memory_equal(&a.info, &b.info, sizeof a.info);
    for (unsigned i = 0; i < a.regions; i++) {
        assert_ptr_equal(space_view_region(&a, a.region[i].start.v), &a.region[i]);
        assert_ptr_equal(space_view_region(&a, a.region[i].end.v - 1), &a.region[i]);
    }
    assert_null(space_view_region(&a, 0));
    space_view_free(&a);
    space_view_free(&b);
}

static void another_space_reads_the_same(void **state)
{
    (void) state;
    space_reset();
    compare_views();
    space_make();
    reads = change_at = 0;
    compare_views();
    for (unsigned i = 0; i < 3000; i++)
        add(0x100000000 + (i * 7919ull % 3001) * 0x3000, 0x1000 + 0x1000 * (i % 2), PROT_READ, RG_ANON, 0);
    compare_views();
    /* A change half-way is noticed, and the second reading is taken. */
    reads = 0;
    change_at = 500;
    compare_views();
    assert_true(reads > 6000);
    change_at = 0;
}

static void a_torn_space_is_refused(void **state)
{
    (void) state;
    struct space_view v;
    space_make();
    struct region *root = RB_ROOT(&space.tree);
    struct space torn = space;
    torn.regions = 2;
    assert_int_equal(space_view_remote(peek_self, NULL, (uint64_t) &torn, &v), -EAGAIN);
    torn = space;
    torn.slab.next = 65;
    assert_int_equal(space_view_remote(peek_self, NULL, (uint64_t) &torn, &v), -EIO);
    torn = space;
    torn.regions = UINT32_MAX;
    assert_int_equal(space_view_remote(peek_self, NULL, (uint64_t) &torn, &v), -EIO);
    assert_int_equal(space_view_remote(peek_self, NULL, 8, &v), -EFAULT);
    /* A cycle ends. */
    struct region *left = RB_LEFT(root, node);
    RB_LEFT(root, node) = root;
    assert_int_equal(space_view_remote(peek_self, NULL, (uint64_t) &space, &v), -EAGAIN);
    RB_LEFT(root, node) = left;
    compare_views();
}

static void addresses_go_both_ways(void **state)
{
    (void) state;
    struct space_view v;
    uint64_t run;
    space_make();
    assert_int_equal(space_view(&space, &v), 0);
    assert_true(space_view_hva(&v, LOW + 0x1234, &run) == SLAB + 2 * CHUNK_SIZE + 0x1234);
    assert_true(run == CHUNK_SIZE - 0x1234);
    assert_true(space_view_gva(&v, SLAB + CHUNK_SIZE + 5) == LOW + CHUNK_SIZE + 5);
    assert_true(space_view_hva(&v, 0, &run) == UINT64_MAX);
    assert_true(space_view_hva(&v, LOW - 1, &run) == UINT64_MAX);
    assert_true(space_view_gva(&v, SLAB) == UINT64_MAX && space_view_gva(&v, SLAB - 1) == UINT64_MAX);
    assert_true(space_view_gva(&v, SLAB + 5 * CHUNK_SIZE) == UINT64_MAX);
    space_view_free(&v);
    space_reset();
}

/* ---- mounts ---- */

static void mounts_are(enum mounts_kind kind, const char *root, const char *host, const char *want)
{
    struct text got = {0};
    text_add(&got, "", 0);
    mounts_text(host, kind, root, true, &got);
    assert_string_equal(got.p, want);
    free(got.p);
}

static void mounts_are_named_from_the_sysroot(void **state)
{
    (void) state;
    static const char info[] = "20 1 254:0 / / rw - ext4 /dev/vda rw\n"
                               "21 20 0:21 / /proc rw - proc proc rw\n"
                               "22 20 0:22 / /dev rw - devtmpfs d rw\n"
                               "23 22 0:23 / /dev/shm rw - tmpfs t rw\n"
                               "24 20 0:24 /sub /srv rw - xfs /dev/b rw\n"
                               "25 24 0:25 / /srv/r\\040oot/data rw - tmpfs t rw\n"
                               "26 20 0:26 / /srv/r\\040ootx rw - tmpfs t rw\n"
                               "27 20 0:27 / /device rw - tmpfs t rw\n";
    mounts_are(MOUNTS_INFO, "/srv/r oot", info,
               "21 20 0:21 / /proc rw - proc proc rw\n"
               "22 20 0:22 / /dev rw - devtmpfs d rw\n"
               "23 22 0:23 / /dev/shm rw - tmpfs t rw\n"
               "24 20 0:24 /sub/r\\040oot / rw - xfs /dev/b rw\n"
               "25 24 0:25 / /data rw - tmpfs t rw\n");
    mounts_are(MOUNTS_INFO, "/home/x", info,
               "20 1 254:0 /home/x / rw - ext4 /dev/vda rw\n"
               "21 20 0:21 / /proc rw - proc proc rw\n"
               "22 20 0:22 / /dev rw - devtmpfs d rw\n"
               "23 22 0:23 / /dev/shm rw - tmpfs t rw\n");
    mounts_are(MOUNTS_INFO, "/srv",
               "20 1 8:1 / / rw - a b c\n24 20 0:24 / /srv rw - a b c\n25 24 0:25 / /srv ro - d e f\n",
               "25 24 0:25 / / ro - d e f\n"); /* the later one lies on top */
    mounts_are(MOUNTS_TAB, "/r",
               "/dev/a / ext4 rw 0 0\nt /r/tmp tmpfs rw 0 0\nsys /sys sysfs rw 0 0\nt /tmp tmpfs rw 0 0\n",
               "/dev/a / ext4 rw 0 0\nt /tmp tmpfs rw 0 0\nsys /sys sysfs rw 0 0\n");
    mounts_are(MOUNTS_STATS, "/r",
               "device a mounted on / with fstype ext4\ndevice t mounted on /tmp with fstype tmpfs\n",
               "device a mounted on / with fstype ext4\n");
    mounts_are(MOUNTS_TAB, "/r", "", "");
    mounts_are(MOUNTS_TAB, "/r", "odd\n\nt /r/x", "t /x");
}

/* ---- resident pages ---- */

int target_file(const struct target *g, const char *name, int flags)
{
    char path[64];
    (void) g;
    snprintf(path, sizeof path, "/proc/self/%s", name);
    return open(path, flags);
}

static uint64_t resident_outside(uint64_t slab, uint32_t chunks, uint64_t *anon)
{
    struct target g = {.self = true};
    struct space_view v = {.slab = slab, .chunks = chunks, .chunk_size = CHUNK_SIZE};
    struct resident r;
    assert_int_equal(resident_supervisor(&g, &v, &r), 0);
    assert_true(r.file > 10); /* the test's own code, at least */
    *anon = r.anon;
    return r.anon + r.file;
}

static void resident_pages_of_the_slab_are_not_the_supervisors(void **state)
{
    (void) state;
    enum { CHUNKS_USED = 8, PAGES = 1000 };
    char *p = mmap(NULL, (CHUNKS_USED + 1) * CHUNK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(p != MAP_FAILED);
    p += CHUNK_SIZE - (uintptr_t) p % CHUNK_SIZE;
    madvise(p, CHUNKS_USED * CHUNK_SIZE, MADV_NOHUGEPAGE);
    uint64_t anon, anon_inside;
    /* The first chunk counts as the supervisor's, so only the second and third hold what is the guest's. */
    p[0] = 1;
    uint64_t before = resident_outside((uint64_t) p, CHUNKS_USED, &anon);
    for (unsigned i = 0; i < PAGES; i++)
        p[CHUNK_SIZE + i * PAGE_SIZE] = 1;
    uint64_t inside = resident_outside((uint64_t) p, CHUNKS_USED, &anon_inside);
    uint64_t outside = resident_outside((uint64_t) p + CHUNKS_USED * CHUNK_SIZE, 1, &anon);
    assert_true(inside >= before && inside - before < PAGES / 4); /* the sanitizer's own memory moves a little */
    assert_true(outside >= inside + PAGES && outside < inside + PAGES + PAGES / 4);
    assert_true(anon >= anon_inside + PAGES);
    munmap(p, CHUNKS_USED * CHUNK_SIZE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_the_kernels_byte_for_byte),
        cmocka_unit_test(odd_names_are_kept),
        cmocka_unit_test(maps_joins_what_chunks_divide),
        cmocka_unit_test(maps_shows_a_file_with_a_gap_in_its_pieces),
        cmocka_unit_test(smaps_shares_out_what_the_host_has_as_one),
        cmocka_unit_test(smaps_has_the_kernels_lines),
        cmocka_unit_test(another_space_reads_the_same),
        cmocka_unit_test(a_torn_space_is_refused),
        cmocka_unit_test(addresses_go_both_ways),
        cmocka_unit_test(mounts_are_named_from_the_sysroot),
        cmocka_unit_test(resident_pages_of_the_slab_are_not_the_supervisors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
