/* One measurement a run, printed as "name value": run natively, under elfuse and under its peers by bench/run.
 * Static, so that what is timed is the call and not the dynamic linker. Time is taken inside the program; a loop is
 * repeated until it has lasted MIN_NS, so that the same program suits calls of 50 ns and of 50 us. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MIN_NS 60e6
#define MIB (1ull << 20)
#define BIG (1024 * MIB)
#define MADV_NONE 0

static int dir_fd = -1;
static volatile uint64_t sink;

static long check(long r, const char *what)
{
    if (r < 0) {
        fprintf(stderr, "micro: %s: %s\n", what, strerror(errno));
        exit(1);
    }
    return r;
}

static uint8_t *map(size_t size, int advice)
{
    uint8_t *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    check(p == MAP_FAILED ? -1 : 0, "mmap");
    if (advice != MADV_NONE)
        check(madvise(p, size, advice), "madvise");
    return p;
}

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double) t.tv_sec * 1e9 + (double) t.tv_nsec;
}

/* ns per call of fn(), which does `n` operations. */
static double repeat(void (*fn)(unsigned n), unsigned n)
{
    fn(n);
    double start = now_ns(), end;
    uint64_t done = 0;
    do {
        fn(n);
        done += n;
        end = now_ns();
    } while (end - start < MIN_NS);
    return (end - start) / (double) done;
}

/* ---- calls ---- */

/* The C library's own, which is made from one place. */
static void do_getppid_often(unsigned n)
{
    while (n--)
        getppid();
}

static void do_getppid(unsigned n)
{
    while (n--)
        syscall(SYS_getppid);
}

static void do_clock(unsigned n)
{
    struct timespec t;
    while (n--)
        clock_gettime(CLOCK_MONOTONIC, &t);
    sink = (uint64_t) t.tv_nsec;
}

static void do_clock_real(unsigned n)
{
    struct timespec t;
    while (n--)
        clock_gettime(CLOCK_REALTIME, &t);
    sink = (uint64_t) t.tv_nsec;
}

static void do_open(unsigned n)
{
    while (n--)
        close((int) check(openat(dir_fd, "file", O_RDONLY), "openat"));
}

static void do_stat(unsigned n)
{
    struct stat st;
    while (n--)
        check(fstatat(dir_fd, "file", &st, 0), "fstatat");
}

static int file_fd = -1;
static char buffer[65536];

static void do_read1(unsigned n)
{
    while (n--)
        check(pread(file_fd, buffer, 1, 0), "pread");
}

static void do_read64k(unsigned n)
{
    while (n--)
        check(pread(file_fd, buffer, sizeof buffer, 0), "pread");
}

static void do_write1(unsigned n)
{
    while (n--)
        check(pwrite(file_fd, buffer, 1, 0), "pwrite");
}

static void do_write64k(unsigned n)
{
    while (n--)
        check(pwrite(file_fd, buffer, sizeof buffer, 0), "pwrite");
}

static void do_cpuid(unsigned n)
{
    while (n--) {
#ifdef __x86_64__
        unsigned a = 4, b, c = 0, d;
        __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
#endif
    }
}

static volatile sig_atomic_t taken;

static void on_signal(int sig)
{
    (void) sig;
    taken++;
}

static void do_signal(unsigned n)
{
    while (n--)
        check(syscall(SYS_tgkill, getpid(), getpid(), SIGUSR1), "tgkill");
}

static void do_mmap(unsigned n)
{
    while (n--)
        check(munmap(map(65536, MADV_NONE), 65536), "munmap");
}

static void do_mmap_touch(unsigned n)
{
    while (n--) {
        uint8_t *p = map(65536, MADV_NONE);
        for (unsigned i = 0; i < 65536; i += 4096)
            p[i] = 1;
        check(munmap(p, 65536), "munmap");
    }
}

static uint8_t *page;

static void do_mprotect(unsigned n)
{
    while (n--) {
        check(mprotect(page, 4096, PROT_READ), "mprotect");
        check(mprotect(page, 4096, PROT_READ | PROT_WRITE), "mprotect");
        page[0] = 1;
    }
}

static void *no_work(void *arg)
{
    return arg;
}

static void do_thread(unsigned n)
{
    while (n--) {
        pthread_t t;
        errno = pthread_create(&t, NULL, no_work, NULL);
        check(errno ? -1 : 0, "pthread_create");
        pthread_join(t, NULL);
    }
}

/* ---- two parties ---- */

static int ping[2], pong[2];

static void do_pipe(unsigned n)
{
    char c = 'x';
    while (n--) {
        check(write(ping[1], &c, 1) == 1 ? 0 : -1, "write");
        check(read(pong[0], &c, 1) == 1 ? 0 : -1, "read");
    }
}

static double pipe_round_trip(void)
{
    check(pipe(ping), "pipe");
    check(pipe(pong), "pipe");
    pid_t pid = (pid_t) check(fork(), "fork");
    if (pid == 0) {
        char c;
        close(ping[1]);
        while (read(ping[0], &c, 1) == 1)
            if (write(pong[1], &c, 1) != 1)
                _exit(1);
        _exit(0);
    }
    double t = repeat(do_pipe, 20);
    int st;
    close(ping[1]);
    check(waitpid(pid, &st, 0), "waitpid");
    check(st == 0 ? 0 : -1, "peer");
    return t;
}

static void *pipe_peer(void *arg)
{
    char c;
    while (read(ping[0], &c, 1) == 1)
        if (write(pong[1], &c, 1) != 1)
            break;
    return arg;
}

static double thread_round_trip(void)
{
    pthread_t peer;
    check(pipe(ping), "pipe");
    check(pipe(pong), "pipe");
    errno = pthread_create(&peer, NULL, pipe_peer, NULL);
    check(errno ? -1 : 0, "pthread_create");
    double t = repeat(do_pipe, 20);
    close(ping[1]);
    pthread_join(peer, NULL);
    return t;
}

/* ---- computation ---- */

static void do_integer(unsigned n)
{
    uint64_t x = 88172645463325252ull, sum = 0;
    while (n--) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        sum += x % 1000003;
    }
    sink = sum;
}

static void do_float(unsigned n)
{
    enum { N = 48 };
    static double a[N][N], b[N][N], c[N][N];
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            a[i][j] = i + j * 0.5;
            b[i][j] = i - j * 0.25;
        }
    for (; n; n--) {
        for (int i = 0; i < N; i++)
            for (int j = 0; j < N; j++) {
                double s = 0;
                for (int k = 0; k < N; k++)
                    s += a[i][k] * b[k][j];
                c[i][j] = s / (1 + c[i][j] * c[i][j]);
            }
    }
    sink = (uint64_t) c[3][5];
}

/* ns to copy one half of 1 GiB, touched before, to the other: best of four passes. */
static double bandwidth(int advice)
{
    uint8_t *p = map(BIG, advice);
    memset(p, 1, BIG);
    double best = 1e18;
    for (int pass = 0; pass < 4; pass++) {
        double t = now_ns();
        memcpy(p + BIG / 2, p, BIG / 2);
        t = now_ns() - t;
        best = t < best ? t : best;
        sink = p[BIG - 1];
    }
    return best;
}

/* ---- memory ---- */

/* ns for the first write to every page of `size` fresh bytes. */
static double first_touch(size_t size, int advice)
{
    uint8_t *p = map(size, advice);
    double t = now_ns();
    for (size_t i = 0; i < size; i += 4096)
        p[i] = 1;
    return now_ns() - t;
}

static double file_fault(void)
{
    size_t size = 16 * MIB;
    int fd = (int) check(openat(dir_fd, "mapped", O_RDWR | O_CREAT, 0600), "mapped");
    check(ftruncate(fd, (off_t) size), "ftruncate");
    for (size_t i = 0; i < size; i += sizeof buffer)
        check(pwrite(fd, buffer, sizeof buffer, (off_t) i), "pwrite");
    volatile uint8_t *p = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
    check(p == MAP_FAILED ? -1 : 0, "mmap");
    double t = now_ns();
    for (size_t i = 0; i < size; i += 4096)
        sink = p[i];
    return (now_ns() - t) / (double) (size / 4096);
}

/* Stand still with `mib` of touched memory, for the driver to look at, until stdin ends. */
static void idle(uint64_t mib)
{
    char c;
    if (mib)
        memset(map(mib * MIB, MADV_NONE), 1, mib * MIB);
    printf("ready\n");
    fflush(stdout);
    while (read(0, &c, 1) > 0)
        ;
}

static const struct {
    const char *name;
    void (*fn)(unsigned);
    unsigned n;
} loops[] = {
    {"getppid", do_getppid, 100},
    {"getppid_often", do_getppid_often, 100},
    {"clock_gettime", do_clock, 10000},
    {"clock_realtime", do_clock_real, 10000},
    {"open_close", do_open, 20},
    {"stat", do_stat, 20},
    {"read_1", do_read1, 50},
    {"read_64k", do_read64k, 10},
    {"write_1", do_write1, 50},
    {"write_64k", do_write64k, 10},
    {"cpuid", do_cpuid, 20},
    {"signal", do_signal, 20},
    {"mmap_munmap", do_mmap, 10},
    {"mmap_touch_munmap", do_mmap_touch, 5},
    {"mprotect_pair", do_mprotect, 10},
    {"thread", do_thread, 5},
    {"integer", do_integer, 1000000},
    {"float", do_float, 50},
};

static const struct {
    const char *name;
    double (*fn)(int);
    int advice;
} memory[] = {
    {"bandwidth_huge", bandwidth, MADV_HUGEPAGE},
    {"bandwidth_plain", bandwidth, MADV_NONE},
};

static const struct {
    const char *name;
    size_t size;
    int advice;
} touches[] = {
    {"touch_1g_huge", BIG, MADV_HUGEPAGE},
    {"touch_1g_plain", BIG, MADV_NONE},
    {"fault_4k", 64 * MIB, MADV_NOHUGEPAGE},
};

static double measure(const char *name)
{
    for (size_t i = 0; i < sizeof loops / sizeof *loops; i++)
        if (!strcmp(name, loops[i].name))
            return repeat(loops[i].fn, loops[i].n);
    for (size_t i = 0; i < sizeof memory / sizeof *memory; i++)
        if (!strcmp(name, memory[i].name))
            return memory[i].fn(memory[i].advice);
    for (size_t i = 0; i < sizeof touches / sizeof *touches; i++)
        if (!strcmp(name, touches[i].name)) {
            double t = first_touch(touches[i].size, touches[i].advice);
            return touches[i].size < BIG ? t / (double) (touches[i].size / 4096) : t;
        }
    if (!strcmp(name, "fault_file"))
        return file_fault();
    if (!strcmp(name, "pipe_processes"))
        return pipe_round_trip();
    if (!strcmp(name, "pipe_threads"))
        return thread_round_trip();
    fprintf(stderr, "micro: no measurement %s\n", name);
    exit(2);
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";

    if (!strcmp(name, "exit"))
        return 0;
    if (argc != 3) {
        fprintf(stderr, "usage: micro exit | micro idle MIB | micro NAME SCRATCHDIR\n");
        return 2;
    }
    if (!strcmp(name, "idle")) {
        idle(strtoull(argv[2], NULL, 10));
        return 0;
    }
    dir_fd = (int) check(open(argv[2], O_RDONLY | O_DIRECTORY), argv[2]);
    file_fd = (int) check(openat(dir_fd, "file", O_RDWR | O_CREAT, 0600), "file");
    check(pwrite(file_fd, buffer, sizeof buffer, 0), "pwrite");
    page = map(4096, MADV_NONE);
    signal(SIGUSR1, on_signal);
    printf("%s %.2f\n", name, measure(name));
    if (!strcmp(name, "signal") && !taken) {
        fprintf(stderr, "micro: no signal arrived\n");
        return 1;
    }
    return 0;
}
