/* links: src/sys/pass.c src/sys/iov.c src/sys/table.c */
/* The generic service over guest memory whose pages are never neighbours in the host: every buffer, structure and string that crosses a
 * page is in two pieces here, and the call's effect has to be that of the whole. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "sys/handlers.h"

#define HANDLER_OWN(fn)                                                                                                \
    int64_t fn(struct thread *t, const uint64_t a[6])                                                                  \
    {                                                                                                                  \
        (void) t, (void) a;                                                                                            \
        return 0;                                                                                                      \
    }
#define HANDLER_PASS(fn)
#define SYSCALL(nr, name, how, flags, ...) HANDLER_##how(sys_##name)
#define DENIED(nr, name, error, reason)
#include "sys/table.def"
#undef SYSCALL
#undef DENIED

/* ---- scattered memory: guest page g lies at host page PAGES-1-g, with a hole after each ---- */

#define PAGES 8u
#define BASE 0x100000ull
#define BAD ((void *) 1ull)

static uint8_t *slab;
static bool absent[PAGES];

void *mem_hva(struct space *sp, gva_t va, size_t size, size_t *run)
{
    uint64_t page = (va.v - BASE) / PAGE_SIZE, off = va.v % PAGE_SIZE;

    (void) sp;
    if (run)
        *run = size;
    if (!va.v)
        return NULL;
    if (va.v < BASE || page >= PAGES || absent[page])
        return BAD;
    if (run)
        *run = MIN(size, PAGE_SIZE - off);
    return slab + 2 * (PAGES - 1 - page) * PAGE_SIZE + off;
}

static int copy(char *host_side, uint64_t va, size_t size, bool in)
{
    for (size_t done = 0; done < size;) {
        size_t run;
        char *p = mem_hva(NULL, gva(va + done), size - done, &run);

        if (!p || p == BAD)
            return -EFAULT;
        if (in)
            memcpy(host_side + done, p, run);
        else
            memcpy(p, host_side + done, run);
        done += run;
    }
    return 0;
}

int copy_in(struct space *sp, void *dst, gva_t src, size_t size)
{
    (void) sp;
    return copy(dst, src.v, size, true);
}

int copy_out(struct space *sp, gva_t dst, const void *src, size_t size)
{
    (void) sp;
    return copy((char *) src, dst.v, size, false);
}

int cmpxchg_user32(struct space *sp, gva_t va, uint32_t *old, uint32_t new_value)
{
    uint32_t *p = mem_hva(sp, va, sizeof *p, NULL);

    if (!p || p == BAD)
        return -EFAULT;
    __atomic_compare_exchange_n(p, old, new_value, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    return 0;
}

int64_t copy_in_str(struct space *sp, char *dst, gva_t src, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (copy_in(sp, dst + i, gva(src.v + i), 1) < 0)
            return -EFAULT;
        if (!dst[i])
            return (int64_t) i;
    }
    return -ENAMETOOLONG;
}

size_t mem_iov(struct space *sp, gva_t va, size_t size, struct iovec *iov, int *n, int max)
{
    size_t done = 0;

    while (done < size && *n < max) {
        size_t run;
        void *p = mem_hva(sp, gva(va.v + done), size - done, &run);

        iov[(*n)++] = (struct iovec){p, run};
        done += run;
    }
    return done;
}

int mem_iov_check(struct space *sp, gva_t uiov, uint64_t count, struct iovec user[IOV_MAX])
{
    if (copy_in(sp, user, uiov, count * sizeof *user) < 0)
        return -EFAULT;
    for (uint64_t i = 0; i < count; i++)
        if ((ssize_t) user[i].iov_len < 0)
            return -EINVAL;
    return 0;
}

long sys_block(struct thread *t, long nr, ...)
{
    va_list ap;
    long a[6];

    (void) t;
    va_start(ap, nr);
    for (int i = 0; i < 6; i++)
        a[i] = va_arg(ap, long);
    va_end(ap);
    return host(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
}

int fs_resolve(int dirfd, const char *path, int flags, struct fs_at *out)
{
    (void) flags;
    out->dirfd = dirfd;
    out->owned = -1;
    strcpy(out->path, path);
    return 0;
}

void fs_at_done(struct fs_at *at)
{
    (void) at;
}

void bug(const char *file, int line, const char *what)
{
    print_error("%s:%d: %s\n", file, line, what);
    abort();
}

/* ---- */

static struct process proc;
static struct thread thread = {.proc = &proc};
static char dir[] = "/tmp/pass-test-XXXXXX";

#define CALL(name, ...) sys_pass(&thread, sys_row_of(SYS_##name), (uint64_t[6]){__VA_ARGS__})
/* An address `n` bytes before the border of pages 0 and 1. */
#define BEFORE(n) (BASE + PAGE_SIZE - (n))

static void put(uint64_t va, const void *data, size_t size)
{
    assert_int_equal(copy_out(NULL, gva(va), data, size), 0);
}

static void get(uint64_t va, void *data, size_t size)
{
    assert_int_equal(copy_in(NULL, data, gva(va), size), 0);
}

static int set_up(void **state)
{
    (void) state;
    slab = mmap(NULL, 2 * PAGES * PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    /* What lies between two guest pages is nobody's: a call that runs over faults. */
    for (unsigned i = 0; i < PAGES; i++)
        mprotect(slab + (2 * i + 1) * PAGE_SIZE, PAGE_SIZE, PROT_NONE);
    return slab == MAP_FAILED || !mkdtemp(dir) || chdir(dir);
}

static int tear_down(void **state)
{
    (void) state;
    return unlink("file") | chdir("/") | rmdir(dir);
}

static int clean(void **state)
{
    (void) state;
    memset(absent, 0, sizeof absent);
    for (unsigned i = 0; i < PAGES; i++)
        memset(slab + 2 * i * PAGE_SIZE, 0, PAGE_SIZE);
    return 0;
}

static int file(void)
{
    return open("file", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
}

static void a_write_gathers_the_pieces(void **state)
{
    autofd fd = file();
    char got[11] = {0};

    (void) state;
    put(BEFORE(4), "hello world", 11);
    assert_int_equal(CALL(write, (uint64_t) fd, BEFORE(4), 11), 11);
    assert_int_equal(pread(fd, got, 11, 0), 11);
    assert_memory_equal(got, "hello world", 11);
    assert_int_equal(CALL(pwrite64, (uint64_t) fd, BEFORE(4), 11, 100), 11);
    assert_int_equal(pread(fd, got, 11, 100), 11);
    assert_memory_equal(got, "hello world", 11);
}

static void a_read_scatters_over_the_pieces(void **state)
{
    autofd fd = file();
    char got[11] = {0};

    (void) state;
    assert_int_equal(pwrite(fd, "hello world", 11, 0), 11);
    assert_int_equal(CALL(read, (uint64_t) fd, BEFORE(3), 4096), 11);
    get(BEFORE(3), got, 11);
    assert_memory_equal(got, "hello world", 11);
    assert_int_equal(CALL(pread64, (uint64_t) fd, BEFORE(1), 5, 6), 5);
    get(BEFORE(1), got, 5);
    assert_memory_equal(got, "world", 5);
}

static void a_counter_passes_whole(void **state)
{
    const uint64_t count = 7;
    uint64_t got = 0;
    autofd fd = eventfd(0, EFD_NONBLOCK);

    (void) state;
    put(BEFORE(3), &count, sizeof count);
    assert_int_equal(CALL(write, (uint64_t) fd, BEFORE(3), 8), 8);
    assert_int_equal(CALL(read, (uint64_t) fd, BEFORE(5), 8), 8);
    get(BEFORE(5), &got, sizeof got);
    assert_int_equal(got, count);
}

static void a_transfer_ends_at_the_first_bad_page(void **state)
{
    autofd fd = file();
    int p[2];

    (void) state;
    absent[2] = true;
    assert_int_equal(pipe(p), 0);
    assert_int_equal(ftruncate(fd, 65536), 0);
    assert_int_equal(CALL(read, (uint64_t) fd, BASE, 65536), 2 * PAGE_SIZE);
    assert_int_equal(CALL(write, (uint64_t) p[1], BASE + PAGE_SIZE, 65536), PAGE_SIZE);
    assert_int_equal(CALL(read, (uint64_t) fd, BASE + 2 * PAGE_SIZE, 1), -EFAULT);
    assert_int_equal(CALL(write, (uint64_t) fd, BASE + 2 * PAGE_SIZE, 1), -EFAULT);
    close(p[0]);
    close(p[1]);
}

static void a_bad_descriptor_comes_before_a_bad_address(void **state)
{
    (void) state;
    assert_int_equal(CALL(read, (uint64_t) -1, 8, 1), -EBADF);
    assert_int_equal(CALL(fstat, (uint64_t) -1, 8), -EBADF);
    assert_int_equal(CALL(writev, (uint64_t) -1, 8, 1), -EBADF);
    assert_int_equal(CALL(readv, (uint64_t) -1, BASE, 100000), -EBADF);
    assert_int_equal(CALL(getdents64, (uint64_t) -1, 8, 100), -EBADF);
}

static void structures_are_put_together(void **state)
{
    autofd fd = file();
    struct stat want, got;

    (void) state;
    assert_int_equal(fstat(fd, &want), 0);
    assert_int_equal(CALL(fstat, (uint64_t) fd, BEFORE(20)), 0);
    get(BEFORE(20), &got, sizeof got);
    assert_memory_equal(&got, &want, sizeof got);

    put(BEFORE(5), (struct timespec[]){{1000, 5}, {2000, 7}}, 32);
    assert_int_equal(CALL(utimensat, (uint64_t) fd, 0, BEFORE(5), 0), 0);
    assert_int_equal(fstat(fd, &want), 0);
    assert_int_equal(want.st_mtim.tv_sec, 2000);
    assert_int_equal(want.st_mtim.tv_nsec, 7);
}

static void a_structure_with_a_bad_end_faults(void **state)
{
    autofd fd = file();

    (void) state;
    absent[1] = true;
    assert_int_equal(CALL(fstat, (uint64_t) fd, BEFORE(20)), -EFAULT);
    assert_int_equal(CALL(utimensat, (uint64_t) fd, 0, BEFORE(5), 0), -EFAULT);
    assert_int_equal(CALL(fstat, (uint64_t) fd, BASE + 3 * PAGE_SIZE - 144), 0);
}

static void input_is_read_no_further_than_the_call_reads(void **state)
{
    /* struct sched_attr as of Linux 3.14: its size says 48, where the row has room for more. */
    const struct {
        uint32_t size, policy;
        uint64_t flags;
        int32_t nice;
        uint32_t rest[7];
    } attr = {.size = 48, .nice = getpriority(PRIO_PROCESS, 0)};

    (void) state;
    absent[1] = true;
    put(BEFORE(48), &attr, 48);
    assert_int_equal(CALL(sched_setattr, 0, BEFORE(48), 0), 0);
    put(BEFORE(47), &attr, 47);
    assert_int_equal(CALL(sched_setattr, 0, BEFORE(47), 0), -EFAULT);
    /* A descriptor that is refused is refused first. */
    assert_int_equal(CALL(mq_timedsend, (uint64_t) -1, BEFORE(16), 1 << 20, 0, 0), -EBADF);
}

static void a_value_that_goes_in_and_out_comes_back(void **state)
{
    autofd fd = file();
    int64_t off = 2;
    int p[2];

    (void) state;
    assert_int_equal(pipe(p), 0);
    assert_int_equal(pwrite(fd, "0123456789", 10, 0), 10);
    put(BEFORE(3), &off, sizeof off);
    assert_int_equal(CALL(sendfile, (uint64_t) p[1], (uint64_t) fd, BEFORE(3), 5), 5);
    get(BEFORE(3), &off, sizeof off);
    assert_int_equal(off, 7);
    close(p[0]);
    close(p[1]);
}

static void only_what_a_call_wrote_is_copied_out(void **state)
{
    char got[16], want[] = "................";

    (void) state;
    put(BEFORE(2), want, sizeof got);
    assert_int_equal(CALL(getrandom, BEFORE(2), 16, 0xffff), -EINVAL);
    get(BEFORE(2), got, sizeof got);
    assert_memory_equal(got, want, sizeof got);

    /* listxattr of a file without any writes nothing into a buffer that lies half outside. */
    autofd fd = file();
    absent[1] = true;
    assert_int_equal(CALL(flistxattr, (uint64_t) fd, BEFORE(2), 16), 0);
}

static void elements_are_counted_by_their_size(void **state)
{
    gid_t want[64], got[64];
    int n = getgroups(64, want);

    (void) state;
    assert_in_range(n, 0, 64);
    assert_int_equal(CALL(getgroups, 64, BEFORE(2)), n);
    get(BEFORE(2), got, sizeof got);
    assert_memory_equal(got, want, (size_t) n * sizeof *got);
    assert_int_equal(CALL(getgroups, (uint64_t) -1, BEFORE(2)), -EINVAL);
}

static void vectors_are_cut_where_memory_is(void **state)
{
    autofd fd = file();
    char got[12] = {0};

    (void) state;
    put(BASE + 100, (struct iovec[]){{(void *) BEFORE(4), 8}, {(void *) (BASE + 5 * PAGE_SIZE - 1), 4}}, 32);
    put(BEFORE(4), "abcdefgh", 8);
    put(BASE + 5 * PAGE_SIZE - 1, "ijkl", 4);
    assert_int_equal(CALL(writev, (uint64_t) fd, BASE + 100, 2), 12);
    assert_int_equal(pread(fd, got, 12, 0), 12);
    assert_memory_equal(got, "abcdefghijkl", 12);
    assert_int_equal(CALL(writev, (uint64_t) fd, 8, 1), -EFAULT);
    assert_int_equal(CALL(writev, (uint64_t) fd, BASE, 4096), -EINVAL);
    put(BASE + 100, (struct iovec[]){{(void *) BASE, SIZE_MAX}}, 16);
    assert_int_equal(CALL(writev, (uint64_t) fd, BASE + 100, 1), -EINVAL);
}

static void strings_and_paths_cross_borders(void **state)
{
    autofd fd = file();
    struct stat st;

    (void) state;
    assert_true(fd >= 0);
    put(BEFORE(2), "file", 5);
    assert_int_equal(CALL(stat, BEFORE(2), BASE + 4 * PAGE_SIZE), 0);
    assert_int_equal(CALL(access, BEFORE(2), F_OK), 0);
    put(BASE + 2 * PAGE_SIZE - 3, "../target", 10);
    put(BASE + 3 * PAGE_SIZE - 1, "link", 5);
    assert_int_equal(CALL(symlink, BASE + 2 * PAGE_SIZE - 3, BASE + 3 * PAGE_SIZE - 1), 0);
    assert_int_equal(lstat("link", &st), 0);
    assert_int_equal(CALL(unlink, BASE + 3 * PAGE_SIZE - 1), 0);
    int64_t mfd = CALL(memfd_create, BEFORE(2), 0);
    assert_true(mfd >= 0);
    close((int) mfd);
}

static void unreadable_paths_fail_in_the_kernels_order(void **state)
{
    (void) state;
    assert_int_equal(CALL(stat, 0, BASE), -EFAULT);
    assert_int_equal(CALL(stat, 16, BASE), -EFAULT);
    assert_int_equal(CALL(access, 16, 0xff), -EINVAL); /* the mode is looked at first */
    for (unsigned i = 0; i < 2; i++) {
        char page[PAGE_SIZE];

        memset(page, 'x', sizeof page);
        put(BASE + i * PAGE_SIZE, page, sizeof page);
    }
    assert_int_equal(CALL(stat, BASE, BASE + 4 * PAGE_SIZE), -ENAMETOOLONG);
    absent[1] = true;
    assert_int_equal(CALL(stat, BASE + 1, BASE + 4 * PAGE_SIZE), -EFAULT);
}

static void null_stays_null(void **state)
{
    autofd fd = file();

    (void) state;
    assert_int_equal(CALL(utimensat, (uint64_t) fd, 0, 0, 0), 0);
    assert_int_equal(CALL(setitimer, 0, 0, 0), 0);
    assert_int_equal(CALL(pipe, 0), -EFAULT);
}

static void a_socket_timeout_forbids_restart(void **state)
{
    struct timeval tv = {5, 0};
    int s[2];

    (void) state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, s), 0);
    assert_int_equal(sys_interrupted(s[0], true), -ERESTARTSYS);
    assert_int_equal(setsockopt(s[0], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv), 0);
    assert_int_equal(sys_interrupted(s[0], true), -EINTR);
    assert_int_equal(sys_interrupted(s[0], false), -ERESTARTSYS);
    assert_int_equal(sys_interrupted(-1, true), -ERESTARTSYS);
    close(s[0]);
    close(s[1]);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup(name, clean)
    const struct CMUnitTest tests[] = {
        T(a_write_gathers_the_pieces),
        T(a_read_scatters_over_the_pieces),
        T(a_counter_passes_whole),
        T(a_transfer_ends_at_the_first_bad_page),
        T(a_bad_descriptor_comes_before_a_bad_address),
        T(structures_are_put_together),
        T(a_structure_with_a_bad_end_faults),
        T(input_is_read_no_further_than_the_call_reads),
        T(a_value_that_goes_in_and_out_comes_back),
        T(only_what_a_call_wrote_is_copied_out),
        T(elements_are_counted_by_their_size),
        T(vectors_are_cut_where_memory_is),
        T(strings_and_paths_cross_borders),
        T(unreadable_paths_fail_in_the_kernels_order),
        T(null_stays_null),
        T(a_socket_timeout_forbids_restart),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
