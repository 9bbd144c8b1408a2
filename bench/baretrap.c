/* The floor of the direct backend: what the host's kernel charges for a call that Syscall User Dispatch turns into a signal, whose handler returns
 * at once.
 *
 *   baretrap       trap_ns: from the call to what follows it */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#endif
#define BATCHES 21
#define CALLS 20000
#define LOW 0x100000ul

static void on_trap(int sig, siginfo_t *info, void *context)
{
    (void) sig, (void) info, (void) context;
}

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double) t.tv_sec * 1e9 + (double) t.tv_nsec;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *) a, y = *(const double *) b;
    return (x > y) - (x < y);
}

static void fail(const char *what)
{
    fprintf(stderr, "baretrap: %s: %s\n", what, strerror(errno));
    exit(1);
}

int main(void)
{
    /* The call lies on a page of its own, below all other code, whose calls pass. */
    static const uint8_t code[] = {0xb8, 110, 0, 0, 0, 0x0f, 0x05, 0xc3};
    double sample[BATCHES];
    uint8_t *page =
        mmap((void *) LOW, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (page != (void *) LOW)
        fail("mmap");
    memcpy(page, code, sizeof code);
    if (mprotect(page, 4096, PROT_READ | PROT_EXEC))
        fail("mprotect");
    const struct sigaction act = {.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO};
    if (sigaction(SIGSYS, &act, NULL))
        fail("sigaction");
    if (prctl(PR_SET_SYSCALL_USER_DISPATCH, 1, LOW + 4096, (1ul << 47) - LOW, NULL))
        fail("Syscall User Dispatch");
    for (int i = 0; i < BATCHES; i++) {
        const double start = now_ns();
        for (int k = 0; k < CALLS; k++)
            ((void (*)(void)) page)();
        sample[i] = (now_ns() - start) / CALLS;
    }
    qsort(sample, BATCHES, sizeof *sample, by_size);
    printf("trap_ns %.1f\n", sample[BATCHES / 2]);
    return 0;
}
