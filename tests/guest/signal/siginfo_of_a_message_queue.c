/* covers: mq_notify mq_open mq_timedsend */
#include <mqueue.h>

#include "told.h"

int main(void)
{
    char name[64];
    struct mq_attr attr = {.mq_maxmsg = 4, .mq_msgsize = 16};
    snprintf(name, sizeof(name), "/guest-told-%d", (int) getpid());
    mqd_t q = mq_open(name, O_CREAT | O_EXCL | O_RDWR | O_NONBLOCK, 0600, &attr);
    MUST(q != (mqd_t) -1);
    told_block(44);
    struct sigevent ev = {
        .sigev_notify = SIGEV_SIGNAL, .sigev_signo = 44, .sigev_value.sival_ptr = (void *) 0x1234567890};
    show("notify", mq_notify(q, &ev));
    show("again", mq_notify(q, &ev));
    MUST(mq_send(q, "x", 1, 0) == 0);
    show_pending("first message", 44, getpid());
    MUST(mq_send(q, "x", 1, 0) == 0);
    show_pending("only once", 44, getpid());
    show("on a queue that is not empty", mq_notify(q, &ev));
    MUST(mq_send(q, "x", 1, 0) == 0);
    show_pending("it was not empty", 44, getpid());
    show("taken back", mq_notify(q, NULL));
    char buf[16];
    while (mq_receive(q, buf, sizeof(buf), NULL) >= 0)
        ;
    pid_t pid;
    show("notify", mq_notify(q, &ev));
    pid = fork();
    if (pid == 0) {
        show("in a child", mq_notify(q, &ev));
        mq_send(q, "y", 1, 0);
        _exit(0);
    }
    reap(pid);
    show_pending("from a child", 44, pid);
    ev.sigev_notify = SIGEV_NONE;
    show("nothing", mq_notify(q, &ev));
    ev.sigev_notify = 77;
    show("unknown way", mq_notify(q, &ev));
    ev.sigev_notify = SIGEV_SIGNAL;
    ev.sigev_signo = 65;
    show("unknown signal", mq_notify(q, &ev));
    show("no queue", raw(mq_notify, -1, &ev));
    show("not there", raw(mq_notify, q, BAD_PTR));
    mq_unlink(name);
    return t_end();
}
