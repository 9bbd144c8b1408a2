/* covers: tgkill rt_sigprocmask */
#include <setjmp.h>

#include "threads.h"

/* siglongjmp out of handlers, over and over, in threads that keep values in vector registers across calls that are interrupted: what was on the stack
 * is there, masks are restored or not as was asked, and control words are what the handler left. */
enum { THREADS = 8, ROUNDS = 120 };
static __thread sigjmp_buf out;
static __thread volatile int inside;

typedef double four __attribute__((vector_size(32)));

static void handler(int sig)
{
    inside++;
    /* Other values in every register that there is. */
    __asm__ volatile("pcmpeqd %%xmm0, %%xmm0; pcmpeqd %%xmm7, %%xmm7; pcmpeqd %%xmm15, %%xmm15" ::
                         : "xmm0", "xmm7", "xmm15");
    siglongjmp(out, sig);
}

static unsigned mxcsr(void)
{
    unsigned v;
    __asm__ volatile("stmxcsr %0" : "=m"(v));
    return v;
}

static void *work(void *arg)
{
    volatile double seed = (double) (intptr_t) arg + 1;
    volatile int wrong = 0;
    unsigned up = 0x5f80;
    sigset_t now;
    for (volatile int i = 0; i < ROUNDS; i++) {
        volatile double kept[4] = {seed, seed * 2, seed * 3, seed * i};
        if (!sigsetjmp(out, i & 1)) {
            __asm__ volatile("ldmxcsr %0" ::"m"(up));
            raw(tgkill, getpid(), raw(gettid), SIGUSR1);
            wrong += 1000; /* never comes back */
        }
        wrong += (mxcsr() & 0xffc0) != 0x1f80;
        pthread_sigmask(SIG_BLOCK, NULL, &now);
        if (sigismember(&now, SIGUSR1) == (i & 1))
            wrong += 100;
        sigemptyset(&now);
        sigaddset(&now, SIGUSR1);
        pthread_sigmask(SIG_UNBLOCK, &now, NULL);
        wrong += kept[0] != seed || kept[3] != seed * i;
    }
    return (void *) (intptr_t) (wrong * 1000 + inside);
}

int main(void)
{
    struct sigaction sa = {.sa_handler = handler};
    pthread_t th[THREADS];
    MUST(sigaction(SIGUSR1, &sa, NULL) == 0);
    for (intptr_t i = 0; i < THREADS; i++)
        th[i] = thread_start(work, (void *) i);
    for (int i = 0; i < THREADS; i++)
        printf("thread %d: %ld\n", i, (long) thread_join(th[i]));
    return t_end();
}
