/* covers: clone pidfd_open poll */
/* only: glibc (clone of musl refuses CLONE_THREAD) */
#include <poll.h>
#include <sys/resource.h>

#include "rawthread.h"

static _Atomic uint32_t go;

static int waits(void *arg)
{
    (void) arg;
    while (!atomic_load(&go))
        raw(sched_yield);
    return 0;
}

static void once(uint64_t flags)
{
    static struct raw_thread r;
    struct pollfd p;
    atomic_store(&go, 0);
    r.pidfd = -7;
    long tid = raw_thread(&r, waits, flags | CLONE_PIDFD, NULL);
    if (tid < 0) {
        show("clone", tid);
        printf("stored %d\n", r.pidfd);
        return;
    }
    p = (struct pollfd){r.pidfd, POLLIN, 0};
    show("flags", fcntl(r.pidfd, F_GETFD));
    show("while it runs", poll(&p, 1, 0));
    atomic_store(&go, 1);
    show("at its end", poll(&p, 1, 20000));
    raw_join(&r);
    show("signal", raw(pidfd_send_signal, r.pidfd, 0, 0, 0));
    close(r.pidfd);
}

static void no_number(uint64_t flags)
{
    struct rlimit lim, few;
    MUST(getrlimit(RLIMIT_NOFILE, &lim) == 0);
    few = lim, few.rlim_cur = 8;
    MUST(setrlimit(RLIMIT_NOFILE, &few) == 0);
    while (dup(1) >= 0)
        ;
    once(flags);
    close(7);
    once(flags); /* the last one */
    show("the number is free", dup(1));
    for (int i = 3; i < 8; i++)
        close(i);
    MUST(setrlimit(RLIMIT_NOFILE, &lim) == 0);
}

static void no_place(uint64_t flags)
{
    struct clone_args a = {.flags = RAW_THREAD | CLONE_PIDFD | flags,
                           .pidfd = (uintptr_t) BAD_PTR,
                           .stack = (uintptr_t) at_edge(64),
                           .stack_size = 64};
    show("bad address", raw(clone3, &a, sizeof a));
    show("the number is free", dup(1));
    close(3);
}

int main(void)
{
    for (int i = 3; i < 10; i++)
        close(i);
    once(CLONE_FS | CLONE_FILES | CLONE_SYSVSEM);
    once(CLONE_FS | CLONE_SYSVSEM);
    no_number(CLONE_FS | CLONE_FILES | CLONE_SYSVSEM);
    no_number(CLONE_FS | CLONE_SYSVSEM);
    no_place(CLONE_FS | CLONE_FILES | CLONE_SYSVSEM);
    no_place(0);
    show("open", raw(pidfd_open, raw(gettid), O_EXCL) < 0 ? -1 : 0);
    return t_end();
}
