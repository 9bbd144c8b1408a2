/* covers: futex restart_syscall */
/* A wait with any timeout ends with EINTR when a handler has run, SA_RESTART or not; one without goes on. */
#include "child.h"
#include "threads.h"

static uint32_t word;
static _Atomic uint32_t handled, tid;
static int op;
static struct timespec ts;
static bool timed;

static void handler(int sig)
{
    (void) sig;
    atomic_fetch_add(&handled, 1);
}

static void *waits(void *arg)
{
    (void) arg;
    atomic_store(&tid, (uint32_t) raw(gettid));
    long r = futex(&word, op, 0, timed ? &ts : NULL, NULL, ~0u);
    return (void *) (r < 0 ? (long) errno : r);
}

static void once(const char *name, int o, bool t, int clock, int flags)
{
    struct sigaction sa = {.sa_handler = handler, .sa_flags = flags};
    sigaction(SIGUSR1, &sa, NULL);
    op = o, timed = t;
    atomic_store(&tid, 0);
    atomic_store(&handled, 0);
    ts = (struct timespec){1000, 0};
    if (clock >= 0) {
        clock_gettime(clock, &ts);
        ts.tv_sec += 1000;
    }
    pthread_t th = thread_start(waits, NULL);
    while (!atomic_load(&tid))
        sched_yield();
    until_state(getpid(), (pid_t) atomic_load(&tid), "S");
    raw(tgkill, getpid(), atomic_load(&tid), SIGUSR1);
    while (!atomic_load(&handled))
        sched_yield();
    /* ends the one that goes on; the other has ended or is about to */
    if (!timed && flags)
        while (!futex(&word, FUTEX_WAKE, 1, NULL, NULL, 0))
            sched_yield();
    long e = (long) thread_join(th);
    printf("%s: %s, handled %u\n", name, e ? errname((int) e) : "woken", atomic_load(&handled));
}

int main(void)
{
    once("wait", FUTEX_WAIT, false, -1, 0);
    once("wait, restarting", FUTEX_WAIT, false, -1, SA_RESTART);
    once("relative", FUTEX_WAIT, true, -1, 0);
    once("relative, restarting", FUTEX_WAIT, true, -1, SA_RESTART);
    once("bits", FUTEX_WAIT_BITSET, false, -1, 0);
    once("bits, restarting", FUTEX_WAIT_BITSET, false, -1, SA_RESTART);
    once("until, monotonic", FUTEX_WAIT_BITSET, true, CLOCK_MONOTONIC, 0);
    once("until, monotonic, restarting", FUTEX_WAIT_BITSET, true, CLOCK_MONOTONIC, SA_RESTART);
    once("until, real time", FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, true, CLOCK_REALTIME, 0);
    once("until, real time, restarting", FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, true, CLOCK_REALTIME, SA_RESTART);
    once("private, restarting", FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, true, CLOCK_MONOTONIC, SA_RESTART);
    return t_end();
}
