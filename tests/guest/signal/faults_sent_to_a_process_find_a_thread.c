/* covers: kill tgkill rt_sigprocmask rt_sigpending */
/* translated: no (under the translator it does not end) */
#include "threads.h"
#include "told.h"

/* SIGSEGV and SIGBUS sent to a process: to a thread that does not block them, now or later, as any other signal. */
static _Atomic uint32_t up, step, handled_by, stop;

static void handler(int sig)
{
    (void) sig;
    atomic_store(&handled_by, (uint32_t) gettid());
}

static void *computes(void *arg)
{
    told_unblock((int) (long) arg);
    word_set(&up, (uint32_t) gettid());
    while (!atomic_load(&stop))
        ;
    return NULL;
}

static void *opens_later(void *arg)
{
    word_wait(&step, 1);
    told_unblock((int) (long) arg);
    printf("opened later: %d\n", atomic_load(&handled_by) == (uint32_t) gettid());
    return NULL;
}

static void *sleeps(void *arg)
{
    sigset_t none;
    (void) arg;
    sigemptyset(&none);
    word_set(&up, (uint32_t) gettid());
    sigsuspend(&none);
    return NULL;
}

static void all(int sig)
{
    signal(sig, handler);
    told_block(sig);
    atomic_store(&up, 0);
    atomic_store(&step, 0);
    atomic_store(&stop, 0);
    pthread_t th = thread_start(computes, (void *) (long) sig);
    while (!atomic_load(&up))
        sched_yield();
    for (int i = 0; i < 5; i++) {
        atomic_store(&handled_by, 0);
        kill(getpid(), sig);
        while (!atomic_load(&handled_by))
            sched_yield();
        CHECK(handled_by == up);
    }
    atomic_store(&stop, 1);
    thread_join(th);
    atomic_store(&handled_by, 0);
    th = thread_start(opens_later, (void *) (long) sig);
    kill(getpid(), sig);
    sigset_t now;
    sigpending(&now);
    printf("pending %d\n", sigismember(&now, sig));
    word_set(&step, 1);
    thread_join(th);
    sigpending(&now);
    printf("pending %d\n", sigismember(&now, sig));
    atomic_store(&up, 0);
    atomic_store(&handled_by, 0);
    th = thread_start(sleeps, NULL);
    while (!atomic_load(&up))
        sched_yield();
    until_state(getpid(), (pid_t) up, "S");
    kill(getpid(), sig);
    thread_join(th);
    CHECK(handled_by == up);
}

int main(void)
{
    all(SIGUSR1);
    all(SIGSEGV);
    all(SIGBUS);
    return t_end();
}
