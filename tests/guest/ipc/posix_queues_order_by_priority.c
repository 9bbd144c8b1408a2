/* covers: mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr */
#include "t.h"

struct attr {
    long flags, maxmsg, msgsize, curmsgs, spare[4];
};

int main(void)
{
    struct attr at = {0, 4, 32, 0, {0}}, old;
    struct sigevent ev;
    struct timespec past = {1, 0}, wait = {10, 0};
    char name[64], buf[64] = "";
    unsigned prio = 99;
    sigset_t set;
    siginfo_t si;
    int q;
    pid_t pid;

    snprintf(name, sizeof(name), "elfuse.%d", getpid());
    q = (int) raw(mq_open, name, O_RDWR | O_CREAT | O_EXCL, 0600, &at);
    show_ok("open", q);
    if (q < 0)
        return t_end();
    show("exclusive again", raw(mq_open, name, O_RDWR | O_CREAT | O_EXCL, 0600, 0));
    show("attributes", raw(mq_getsetattr, q, 0, &old));
    printf("max %ld size %ld now %ld\n", old.maxmsg, old.msgsize, old.curmsgs);
    show("send low", raw(mq_timedsend, q, "low", 4, 1, 0));
    show("send high", raw(mq_timedsend, q, "high", 5, 30, 0));
    show("send low too", raw(mq_timedsend, q, "low too", 8, 1, 0));
    show("receive", raw(mq_timedreceive, q, buf, sizeof(buf), &prio, 0));
    printf("%s %u\n", buf, prio);
    show("receive", raw(mq_timedreceive, q, buf, sizeof(buf), &prio, 0));
    printf("%s %u\n", buf, prio);
    show("buffer too small", raw(mq_timedreceive, q, buf, 8, 0, 0));
    show("receive", raw(mq_timedreceive, q, buf, sizeof(buf), 0, 0));
    show("time is past", raw(mq_timedreceive, q, buf, sizeof(buf), 0, &past));
    at.flags = O_NONBLOCK;
    show("nonblocking", raw(mq_getsetattr, q, &at, &old));
    show("empty", raw(mq_timedreceive, q, buf, sizeof(buf), 0, 0));
    for (int i = 0; i < 4; i++)
        MUST(raw(mq_timedsend, q, "x", 1, 0, 0) == 0);
    show("full", raw(mq_timedsend, q, "x", 1, 0, 0));
    for (int i = 0; i < 4; i++)
        MUST(raw(mq_timedreceive, q, buf, sizeof(buf), 0, 0) == 1);
    show("too long", raw(mq_timedsend, q, buf, 40, 0, 0));
    show("bad priority", raw(mq_timedsend, q, "x", 1, 40000, 0));

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    MUST(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
    memset(&ev, 0, sizeof(ev));
    ev.sigev_notify = SIGEV_SIGNAL;
    ev.sigev_signo = SIGUSR1;
    ev.sigev_value.sival_int = 1234;
    show("notify", raw(mq_notify, q, &ev));
    show("notify again", raw(mq_notify, q, &ev));
    pid = fork();
    if (pid == 0)
        _exit(raw(mq_timedsend, q, "wake", 4, 0, 0) == 0 ? 0 : 1);
    show("signal", sigtimedwait(&set, &si, &wait));
    printf("code %d value %d sender %d\n", si.si_code, si.si_value.sival_int, si.si_pid == pid);
    show_wait("child", pid);
    show("no notification", raw(mq_notify, q, 0));
    show("notify EFAULT", raw(mq_notify, q, BAD_PTR));
    show("send EFAULT", raw(mq_timedsend, q, BAD_PTR, 4, 0, 0));
    show("receive EFAULT", raw(mq_timedreceive, q, BAD_PTR, 64, 0, 0));
    show("attributes EFAULT", raw(mq_getsetattr, q, 0, BAD_PTR));
    show("not a queue", raw(mq_getsetattr, 0, 0, &old));
    show("unlink", raw(mq_unlink, name));
    show("unlink again", raw(mq_unlink, name));
    show("unlink EFAULT", raw(mq_unlink, BAD_PTR));
    show("open EFAULT", raw(mq_open, BAD_PTR, O_RDWR, 0, 0));
    show("absent", raw(mq_open, name, O_RDWR, 0, 0));
    return t_end();
}
