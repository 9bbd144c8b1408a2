/* covers: tgkill futex read poll */
#include <poll.h>

#include "child.h"
#include "threads.h"

static int p[2];
static volatile int cleaned;
static _Atomic uint32_t tid;

static void clean(void *arg)
{
    (void) arg;
    cleaned++;
}

static void *reads(void *arg)
{
    char c;
    (void) arg;
    pthread_cleanup_push(clean, NULL);
    atomic_store(&tid, (uint32_t) raw(gettid));
    while (read(p[0], &c, 1) != 0)
        ;
    pthread_cleanup_pop(0);
    return NULL;
}

static void *spins(void *arg)
{
    (void) arg;
    pthread_cleanup_push(clean, NULL);
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
    atomic_store(&tid, (uint32_t) raw(gettid));
    for (;;)
        __asm__ volatile("");
    pthread_cleanup_pop(0);
    return NULL;
}

static void *defers(void *arg)
{
    (void) arg;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
    atomic_store(&tid, (uint32_t) raw(gettid));
    struct pollfd pfd = {p[0], POLLIN, 0};
    long r = poll(&pfd, 1, 400);
    pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
    return (void *) (r + 5);
}

static void *sleeps(void *arg)
{
    (void) arg;
    pthread_cleanup_push(clean, NULL);
    atomic_store(&tid, (uint32_t) raw(gettid));
    pause();
    pthread_cleanup_pop(0);
    return NULL;
}

static void try(const char *name, void *(*fn)(void *), bool asleep)
{
    atomic_store(&tid, 0);
    cleaned = 0;
    pthread_t th = thread_start(fn, NULL);
    while (atomic_load(&tid) == 0)
        sched_yield();
    if (asleep)
        until_state(getpid(), (pid_t) atomic_load(&tid), "S");
    printf("%s: cancel %d", name, pthread_cancel(th));
    void *r = thread_join(th);
    printf(", %s %ld, cleaned %d\n", r == PTHREAD_CANCELED ? "cancelled" : "returned",
           r == PTHREAD_CANCELED ? 0 : (long) (intptr_t) r, cleaned);
}

int main(void)
{
    MUST(pipe(p) == 0);
    for (int i = 0; i < 5; i++) {
        try("asleep in read", reads, true);
        try("on its way to read", reads, false);
    }
    try("spinning", spins, false);
    try("disabled", defers, true);
    try("asleep in pause", sleeps, true);
    return t_end();
}
