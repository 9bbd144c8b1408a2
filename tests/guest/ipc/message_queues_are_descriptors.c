/* covers: mq_open mq_timedsend mq_timedreceive poll fstat */
#include <mqueue.h>
#include <sys/epoll.h>

#include "child.h"

int main(void)
{
    char name[64], buf[16];
    unsigned prio;
    struct mq_attr attr = {.mq_maxmsg = 2, .mq_msgsize = 16};
    snprintf(name, sizeof(name), "/guest-mqfd-%d", (int) getpid());
    mqd_t q = mq_open(name, O_CREAT | O_EXCL | O_RDWR, 0600, &attr);
    MUST(q != (mqd_t) -1);
    mq_unlink(name);
    struct pollfd pfd = {q, POLLIN | POLLOUT, 0};
    show("poll", poll(&pfd, 1, 0));
    printf("%x\n", (unsigned) pfd.revents);
    mq_send(q, "a", 1, 1);
    poll(&pfd, 1, 0);
    printf("one: %x\n", (unsigned) pfd.revents);
    mq_send(q, "b", 1, 9);
    poll(&pfd, 1, 0);
    printf("full: %x\n", (unsigned) pfd.revents);
    ssize_t n = read(q, buf, sizeof(buf));
    printf("status readable %d\n", n > 0);
    pid_t pid = fork();
    if (pid == 0) {
        long r = mq_send(q, "c", 1, 5); /* waits for room */
        _exit(r == 0 ? 0 : 1);
    }
    until_state(pid, pid, "S");
    for (int i = 0; i < 3; i++) {
        ssize_t got = mq_receive(q, buf, sizeof(buf), &prio);
        if (i != 1 || prio == 5)
            printf("%zd %c %u\n", got, buf[0], prio);
        else
            printf("%zd %c %u (early)\n", got, buf[0], prio);
        if (i == 0)
            show_wait("sender", pid);
    }
    int ep = epoll_create1(0);
    struct epoll_event ev = {.events = EPOLLIN};
    show("epoll", epoll_ctl(ep, EPOLL_CTL_ADD, q, &ev));
    pid = fork();
    if (pid == 0) {
        mq_send(q, "d", 1, 0);
        _exit(0);
    }
    show("event", epoll_wait(ep, &ev, 1, -1));
    reap(pid);
    mqd_t d = dup(q);
    show("through a copy", mq_receive(d, buf, sizeof(buf), NULL));
    return t_end();
}
