/* The loop that bench/fork-cost times: MIB of touched private memory, then ITERATIONS children, one after the other, each gone
 * at once.
 *
 *   forkloop MODE MIB ITERATIONS [PROGRAM ARG...]
 *
 * MODE fork: the child exits. rewrite: the child lives until the parent has written to all its memory again. forkexec, vforkexec:
 * the child executes PROGRAM. The loop's own time is printed ("inside_ns N", per iteration); with 0 iterations what is left
 * is start-up, touching and exit. */
#define _GNU_SOURCE
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

int main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "usage: forkloop fork|rewrite|forkexec|vforkexec MIB ITERATIONS [PROGRAM ARG...]\n");
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
