/* covers: futex tgkill */
#include "waiters.h"

/* A waiter that gives up, by time or by a signal's handler that leaves for good, no longer lends its priority. */
static uint32_t pi;
static _Atomic uint32_t handled;
static struct waiter w;

static void handler(int sig)
{
    (void) sig;
    word_set(&handled, 1);
}

static void *gives_up(void *arg)
{
    struct timespec end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += 6; /* the other thread has to have seen it wait */
    waiter_begin(arg);
    show("waits some time", futex(&pi, FUTEX_LOCK_PI2, 0, &end, NULL, 0));
    return NULL;
}

static void *stays(void *arg)
{
    waiter_begin(arg);
    show("waits on after a handler", futex(&pi, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
    CHECK(futex(&pi, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0) == 0);
    return NULL;
}

int main(void)
{
    struct sigaction sa = {.sa_handler = handler}; /* without SA_RESTART: PI waits go on all the same */
    uint32_t me = (uint32_t) raw(gettid);
    MUST(sigaction(SIGUSR1, &sa, NULL) == 0);
    CHECK(futex(&pi, FUTEX_LOCK_PI, 0, NULL, NULL, 0) == 0);
    w.priority = 7;
    waiters_start(&w, 1, gives_up);
    printf("lent: %ld\n", effective_priority(me));
    thread_join(w.thread);
    printf("afterwards: %ld\n", effective_priority(me));
    atomic_store(&w.tid, 0);
    waiters_start(&w, 1, stays);
    raw(tgkill, getpid(), atomic_load(&w.tid), SIGUSR1);
    word_wait(&handled, 1);
    until_rests(&w.tid);
    printf("after the handler: %ld\n", effective_priority(me));
    CHECK(futex(&pi, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0) == 0);
    thread_join(w.thread);
    printf("word %x\n", pi);
    return t_end();
}
