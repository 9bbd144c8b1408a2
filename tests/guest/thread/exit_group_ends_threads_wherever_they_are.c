/* covers: exit_group exit futex read nanosleep */
#include <poll.h>

#include "child.h"
#include "threads.h"

static int p[2];
static uint32_t word;
static _Atomic uint32_t ready;

static void *reads(void *arg)
{
    char c;
    (void) arg;
    atomic_fetch_add(&ready, 1);
    return (void *) read(p[0], &c, 1);
}

static void *waits(void *arg)
{
    (void) arg;
    atomic_fetch_add(&ready, 1);
    for (;;)
        futex(&word, FUTEX_WAIT, 0, NULL, NULL, 0);
    return NULL;
}

static void *sleeps(void *arg)
{
    struct timespec ts = {1000, 0};
    (void) arg;
    atomic_fetch_add(&ready, 1);
    nanosleep(&ts, NULL);
    return NULL;
}

static void *spins(void *arg)
{
    (void) arg;
    atomic_fetch_add(&ready, 1);
    for (;;)
        __asm__ volatile("");
    return NULL;
}

static void *calls(void *arg)
{
    (void) arg;
    atomic_fetch_add(&ready, 1);
    for (;;)
        raw(getppid);
    return NULL;
}

/* The main thread is a zombie before this one leaves, by itself and with a code of its own. */
static void *outlives(void *arg)
{
    (void) arg;
    until_state(getpid(), getpid(), "Z");
    raw(exit, 78);
    return NULL;
}

static void *ends(void *arg)
{
    while (atomic_load(&ready) < 5)
        sched_yield();
    if ((intptr_t) arg == -1)
        *(volatile char *) BAD_PTR = 0;
    if ((intptr_t) arg == -2)
        raw(kill, getpid(), SIGTERM);
    _exit((int) (intptr_t) arg);
}

static void all(void)
{
    static void *(*const fns[])(void *) = {reads, waits, sleeps, spins, calls};
    for (unsigned i = 0; i < ARRAY_SIZE(fns); i++)
        thread_start(fns[i], NULL);
}

int main(void)
{
    MUST(pipe(p) == 0);
    for (int round = 0; round < 3; round++) {
        show_status("by the main thread", IN_CHILD({
                        all();
                        ends((void *) 11);
                    }));
        show_status("by another thread", IN_CHILD({
                        all();
                        thread_join(thread_start(ends, (void *) 12));
                    }));
        show_status("by a fault in a thread", IN_CHILD({
                        all();
                        thread_join(thread_start(ends, (void *) -1));
                    }));
        show_status("by a signal", IN_CHILD({
                        all();
                        thread_join(thread_start(ends, (void *) -2));
                    }));
    }
    show_status("main thread has left", IN_CHILD({
                    thread_start(ends, (void *) 13);
                    atomic_store(&ready, 5);
                    pthread_exit(NULL);
                }));
    show_status("all leave one by one", IN_CHILD({
                    thread_start(outlives, NULL);
                    raw(exit, 77);
                }));
    /* from outside */
    pid_t pid = fork();
    if (pid == 0) {
        all();
        for (;;)
            pause();
    }
    until_state(pid, pid, "S");
    kill(pid, SIGKILL);
    show_wait("from outside", pid);
    return t_end();
}
