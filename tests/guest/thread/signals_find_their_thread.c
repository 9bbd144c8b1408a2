/* covers: tgkill tkill kill rt_sigprocmask */
#include "threads.h"

/* A signal for a thread goes to that thread; one for the process to a thread that does not block it; handlers run on the
 * thread that was chosen, even if it never makes a system call. */
static volatile int handled_by[65], count[65];
static _Atomic uint32_t go;
static atomic_bool stop;
static volatile int tid_of[4];

static void handler(int sig)
{
    handled_by[sig] = (int) raw(gettid);
    __atomic_add_fetch(&count[sig], 1, __ATOMIC_SEQ_CST);
}

static void *spins(void *arg)
{
    sigset_t set;
    int me = (int) (intptr_t) arg;
    sigfillset(&set);
    sigdelset(&set, SIGUSR1);
    if (me == 2)
        sigdelset(&set, SIGUSR2);
    pthread_sigmask(SIG_SETMASK, &set, NULL);
    tid_of[me] = (int) raw(gettid);
    atomic_fetch_add(&go, 1);
    while (!atomic_load(&stop))
        __asm__ volatile("");
    return NULL;
}

int main(void)
{
    pthread_t th[4];
    sigset_t set;
    signal(SIGUSR1, handler);
    signal(SIGUSR2, handler);
    sigfillset(&set);
    pthread_sigmask(SIG_SETMASK, &set, NULL);
    for (int i = 0; i < 4; i++)
        th[i] = thread_start(spins, (void *) (intptr_t) i);
    while (atomic_load(&go) < 4)
        sched_yield();
    for (int i = 0; i < 40; i++) {
        int before = count[SIGUSR1];
        if (i % 2)
            raw(tkill, tid_of[i % 4], SIGUSR1);
        else
            pthread_kill(th[i % 4], SIGUSR1);
        while (__atomic_load_n(&count[SIGUSR1], __ATOMIC_SEQ_CST) == before)
            sched_yield();
        CHECK(handled_by[SIGUSR1] == tid_of[i % 4]);
    }
    for (int i = 0; i < 20; i++) {
        int before = count[SIGUSR2];
        kill(getpid(), SIGUSR2);
        while (__atomic_load_n(&count[SIGUSR2], __ATOMIC_SEQ_CST) == before)
            sched_yield();
        CHECK(handled_by[SIGUSR2] == tid_of[2]);
    }
    /* blocked by its thread: waits there, and is not the others' */
    pthread_kill(th[0], SIGUSR2);
    sigpending(&set);
    printf("pending elsewhere %d\n", sigismember(&set, SIGUSR2));
    kill(getpid(), SIGHUP);
    sigpending(&set);
    printf("pending for the process %d\n", sigismember(&set, SIGHUP));
    atomic_store(&stop, true);
    for (int i = 0; i < 4; i++)
        thread_join(th[i]);
    printf("%d %d\n", count[SIGUSR1], count[SIGUSR2]);
    return t_end();
}
