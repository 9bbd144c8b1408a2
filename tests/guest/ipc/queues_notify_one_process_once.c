/* covers: mq_notify mq_timedsend mq_timedreceive */
#include <mqueue.h>

#include "told.h"
#include "waiters.h"

/* mq_notify: one process at a time, once, only when nobody waits to receive and the queue was empty. */
static mqd_t mq;
static struct waiter w;

static void *receives(void *arg)
{
    char c[16];
    waiter_begin(arg);
    return (void *) (intptr_t) mq_receive(mq, c, sizeof(c), NULL);
}

static bool told_of(void)
{
    struct timespec none = {0, 0};
    sigset_t set = one_signal(SIGUSR1);
    siginfo_t si;
    if (sigtimedwait(&set, &si, &none) != SIGUSR1)
        return false;
    CHECK(si.si_code == SI_MESGQ && si.si_value.sival_int == 77 && si.si_pid == getpid());
    return true;
}

int main(void)
{
    struct mq_attr at = {.mq_maxmsg = 4, .mq_msgsize = 16};
    struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1, .sigev_value.sival_int = 77},
                    none = {.sigev_notify = SIGEV_NONE};
    char name[64], c[16];
    told_block(SIGUSR1);
    snprintf(name, sizeof(name), "/notify.%d", (int) getpid());
    MUST((mq = mq_open(name, O_RDWR | O_CREAT, 0600, &at)) >= 0);
    mq_unlink(name);
    show("ask", mq_notify(mq, &ev));
    show("ask again", mq_notify(mq, &ev));
    show_status("another process", IN_CHILD(_exit(mq_notify(mq, &ev) < 0 ? errno == EBUSY : 2)));
    show("send", mq_send(mq, "a", 1, 0));
    printf("told %d\n", told_of());
    show("send", mq_send(mq, "b", 1, 0));
    printf("told %d\n", told_of());
    show("ask with two in it", mq_notify(mq, &ev));
    show("send", mq_send(mq, "c", 1, 0));
    printf("told %d\n", told_of());
    for (int i = 0; i < 3; i++)
        show("receive", mq_receive(mq, c, sizeof(c), NULL));
    waiters_start(&w, 1, receives);
    show("send to who waits", mq_send(mq, "d", 1, 0));
    printf("received %ld, told %d\n", (long) thread_join(w.thread), told_of());
    show("send", mq_send(mq, "e", 1, 0));
    printf("told %d\n", told_of());
    show("receive", mq_receive(mq, c, sizeof(c), NULL));
    show("ask for nothing", mq_notify(mq, &none));
    show("and no more", mq_notify(mq, NULL));
    ev.sigev_signo = 99;
    show("signal 99", mq_notify(mq, &ev));
    ev.sigev_notify = 55;
    show("unknown way", mq_notify(mq, &ev));
    show("no queue", mq_notify((mqd_t) -1, NULL));
    return t_end();
}
