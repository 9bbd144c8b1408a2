/* covers: pidfd_open pidfd_send_signal */
#include <poll.h>

#include "threads.h"
#include "told.h"

/* PIDFD_THREAD (Linux 6.9) and the flags of pidfd_send_signal, or the errors of a kernel before. */
static _Atomic uint32_t tid, go;

static void *thread(void *arg)
{
    (void) arg;
    word_set(&tid, (uint32_t) gettid());
    word_wait(&go, 1);
    return NULL;
}

int main(void)
{
    told_block(SIGUSR1);
    pthread_t th = thread_start(thread, NULL);
    while (!atomic_load(&tid))
        sched_yield();
    show_ok("a thread as a process", raw(pidfd_open, tid, 0));
    long fd = raw(pidfd_open, tid, O_EXCL);
    show_ok("a thread", fd);
    if (fd >= 0) {
        show("signal 0", raw(pidfd_send_signal, fd, 0, NULL, 0));
        show("signal", raw(pidfd_send_signal, fd, SIGUSR1, NULL, 0));
        sigset_t now;
        sigpending(&now);
        printf("pending here %d\n", sigismember(&now, SIGUSR1));
        show("to its process", raw(pidfd_send_signal, fd, SIGUSR1, NULL, 2));
        sigpending(&now);
        printf("pending here %d\n", sigismember(&now, SIGUSR1));
        show_pending("taken", SIGUSR1, getpid());
        struct pollfd pfd = {(int) fd, POLLIN, 0};
        show("alive", poll(&pfd, 1, 0));
        word_set(&go, 1);
        show("ended", poll(&pfd, 1, -1));
    }
    word_set(&go, 1);
    thread_join(th);
    int self = (int) raw(pidfd_open, getpid(), 0);
    for (unsigned f = 1; f <= 16; f *= 2)
        show("flag", raw(pidfd_send_signal, self, 0, NULL, f));
    show("two flags", raw(pidfd_send_signal, self, 0, NULL, 3));
    return t_end();
}
