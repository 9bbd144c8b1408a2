/* covers: tgkill rt_sigaction */
#include "threads.h"

/* A loop of two instructions, left only by the handler that changes its register. */
#include <ucontext.h>

static _Atomic uint32_t tid, ended;

static void handler(int sig, siginfo_t *si, void *arg)
{
    ucontext_t *uc = arg;
    (void) sig;
    (void) si;
    uc->uc_mcontext.gregs[REG_RBX] = 1;
}

static void *loop(void *arg)
{
    for (int i = 0; i < 50; i++) {
        atomic_store(&tid, (uint32_t) gettid());
        __asm__ volatile("xorl %%ebx, %%ebx\n"
                         "1: testq %%rbx, %%rbx\n"
                         "jz 1b"
                         :
                         :
                         : "rbx", "cc", "memory");
        atomic_fetch_add(&ended, 1);
        while (atomic_load(&tid))
            sched_yield();
    }
    return arg;
}

int main(void)
{
    struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    sigaction(SIGUSR1, &sa, NULL);
    pthread_t th = thread_start(loop, NULL);
    for (uint32_t i = 0; i < 50; i++) {
        uint32_t t;
        while (!(t = atomic_load(&tid)))
            sched_yield();
        while (atomic_load(&ended) == i) { /* one may come before the loop has begun */
            raw(tgkill, getpid(), t, SIGUSR1);
            sched_yield();
        }
        atomic_store(&tid, 0);
    }
    thread_join(th);
    printf("left %u loops\n", ended);
    return t_end();
}
