/* The loop that bench/fork-cost times: MIB of touched private memory, then ITERATIONS children, one after the other, each gone
 * at once.
 *
 *   forkloop MODE MIB ITERATIONS [PROGRAM ARG...]
 *
 * MODE fork: the child exits. rewrite: the child lives until the parent has written to all its memory again. forkexec, vforkexec:
 * the child executes PROGRAM. The loop's own time is printed ("inside_ns N", per iteration); with 0 iterations what is left
 * is start-up, touching and exit.
 *
 * MODE drift: fork, with the medians of the first and of the last fifth ("first_ns N", "last_ns N"), and the descriptors and kB that are there
 * more than after the first fifth ("more_fds N", "more_kb N"). crowd: ITERATIONS children, all alive at once; per child. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long check(long r, const char *what)
{
    if (r < 0) {
        fprintf(stderr, "forkloop: %s: %s\n", what, strerror(errno));
        exit(1);
    }
    return r;
}

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double) t.tv_sec * 1e9 + (double) t.tv_nsec;
}

static void touch(uint8_t *p, size_t size, uint8_t value)
{
    for (size_t i = 0; i < size; i += 4096)
        p[i] = value;
}

static void reap(pid_t pid)
{
    int st;
    check(waitpid(pid, &st, 0), "waitpid");
    if (st != 0) {
        fprintf(stderr, "forkloop: child status %#x\n", st);
        exit(1);
    }
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *) a, y = *(const double *) b;
    return (x > y) - (x < y);
}

static double median(double *v, size_t n)
{
    qsort(v, n, sizeof *v, by_value);
    return v[n / 2];
}

static long count_fds(void)
{
    DIR *d = opendir("/proc/self/fd");
    check(d ? 0 : -1, "/proc/self/fd");
    long n = 0;
    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

static long resident_kb(void)
{
    char buf[128] = "";
    FILE *f = fopen("/proc/self/statm", "r");
    check(f && fgets(buf, sizeof buf, f) ? 0 : -1, "/proc/self/statm");
    fclose(f);
    return strtol(strchr(buf, ' '), NULL, 10) * 4;
}

static int drift(unsigned n)
{
    double *ns = calloc(n + 5, sizeof *ns);
    unsigned fifth = n / 5 ? n / 5 : 1;
    long fds = 0, kb = 0;
    check(ns ? 0 : -1, "calloc");
    for (unsigned i = 0; i < n; i++) {
        double start = now_ns();
        pid_t pid = fork();
        if (pid == 0)
            _exit(0);
        check(pid, "fork");
        reap(pid);
        ns[i] = now_ns() - start;
        if (i == fifth) {
            fds = count_fds();
            kb = resident_kb();
        }
    }
    if (n > fifth) {
        printf("more_fds %ld\nmore_kb %ld\n", count_fds() - fds, resident_kb() - kb);
        printf("first_ns %.0f\nlast_ns %.0f\n", median(ns, fifth), median(ns + n - fifth, fifth));
    }
    free(ns);
    return 0;
}

static int crowd(unsigned n)
{
    pid_t *pid = calloc(n + 1, sizeof *pid);
    int go[2], up[2];
    char c;
    check(pid ? 0 : -1, "calloc");
    check(pipe(go), "pipe");
    check(pipe(up), "pipe");
    double start = now_ns();
    for (unsigned i = 0; i < n; i++) {
        pid[i] = fork();
        if (pid[i] == 0) {
            close(go[1]);
            check(write(up[1], "u", 1), "write");
            _exit(read(go[0], &c, 1) != 0); /* the end of the pipe: all are there */
        }
        check(pid[i], "fork");
    }
    for (unsigned i = 0; i < n; i++)
        check(read(up[0], &c, 1), "read");
    close(go[1]);
    for (unsigned i = 0; i < n; i++)
        reap(pid[i]);
    if (n)
        printf("inside_ns %.0f\n", (now_ns() - start) / n);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr,
                "usage: forkloop fork|rewrite|forkexec|vforkexec|drift|crowd MIB ITERATIONS [PROGRAM ARG...]\n");
        return 2;
    }
    const char *mode = argv[1];
    size_t size = (size_t) strtoull(argv[2], NULL, 10) << 20;
    unsigned iterations = (unsigned) strtoul(argv[3], NULL, 10);
    int is_vfork = !strcmp(mode, "vforkexec"), is_rewrite = !strcmp(mode, "rewrite");
    int is_exec = is_vfork || !strcmp(mode, "forkexec");
    uint8_t *p = NULL;

    if (size) {
        p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        check(p == MAP_FAILED ? -1 : 0, "mmap");
        touch(p, size, 1);
    }
    if (!strcmp(mode, "drift"))
        return drift(iterations);
    if (!strcmp(mode, "crowd"))
        return crowd(iterations);
    double start = now_ns();
    for (unsigned i = 0; i < iterations; i++) {
        int hold[2];
        if (is_rewrite)
            check(pipe(hold), "pipe");
        pid_t pid = is_vfork ? vfork() : fork();
        if (pid == 0) {
            if (is_exec)
                execv(argv[4], argv + 4);
            if (is_rewrite) {
                char c;
                close(hold[1]);
                check(read(hold[0], &c, 1), "read");
            }
            _exit(is_exec ? 127 : 0);
        }
        check(pid, "fork");
        if (is_rewrite) {
            touch(p, size, (uint8_t) i);
            close(hold[0]);
            close(hold[1]);
        }
        reap(pid);
    }
    if (iterations)
        printf("inside_ns %.0f\n", (now_ns() - start) / iterations);
    return 0;
}
