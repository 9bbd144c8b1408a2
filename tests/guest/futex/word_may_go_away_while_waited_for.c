/* covers: futex munmap */
/* The memory of a word is unmapped, made unreadable or mapped anew while a thread sleeps on it: the thread sleeps on, and a signal ends it. */
#include "child.h"
#include "threads.h"

static _Atomic uint32_t tid;

static void handler(int sig)
{
    (void) sig;
}

static void *waits(void *arg)
{
    atomic_store(&tid, (uint32_t) raw(gettid));
    long r = futex(arg, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 0, NULL, NULL, 0);
    return (void *) (r < 0 ? (long) errno : r);
}

int main(void)
{
    struct sigaction sa = {.sa_handler = handler};
    sigaction(SIGUSR1, &sa, NULL);
    for (int how = 0; how < 4; how++) {
        char *p = mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        atomic_store(&tid, 0);
        pthread_t th = thread_start(waits, p);
        while (!atomic_load(&tid))
            sched_yield();
        until_state(getpid(), (pid_t) tid, "S");
        if (how == 0)
            munmap(p, T_PAGE);
        else if (how == 1)
            mprotect(p, T_PAGE, PROT_NONE);
        else
            mmap(p, T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        if (how == 3)
            show("wake where it was", futex(p, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0));
        else
            raw(tgkill, getpid(), tid, SIGUSR1);
        long e = (long) thread_join(th);
        printf("%d: %s\n", how, e ? errname((int) e) : "woken");
        if (how)
            munmap(p, T_PAGE);
    }
    return t_end();
}
