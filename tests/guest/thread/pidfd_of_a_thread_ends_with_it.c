/* covers: clone pidfd_open poll */
/* only: glibc (clone of musl refuses CLONE_THREAD) */
#include <poll.h>

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

int main(void)
{
    once(CLONE_FS | CLONE_FILES | CLONE_SYSVSEM);
    once(CLONE_FS | CLONE_SYSVSEM);
    show("open", raw(pidfd_open, raw(gettid), O_EXCL) < 0 ? -1 : 0);
    return t_end();
}
