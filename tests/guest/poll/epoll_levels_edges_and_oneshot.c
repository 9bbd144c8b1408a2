/* covers: epoll_create epoll_create1 epoll_ctl epoll_wait */
#include "t.h"
#include <sys/epoll.h>

static int ep;

static void wait_for(const char *what)
{
    struct epoll_event ev[4];
    int n = epoll_wait(ep, ev, 4, 0);
    printf("%s:", what);
    if (n < 0)
        printf(" %s", errname(errno));
    for (int i = 0; i < n; i++)
        printf(" %llx/%x", (unsigned long long) ev[i].data.u64, ev[i].events);
    printf("\n");
}

int main(void)
{
    struct epoll_event ev = {.events = EPOLLIN, .data.u64 = 0x1234567890abcdefull};
    char c;
    int p[2], q[2], other, file;

    scratch();
    ep = (int) raw(epoll_create1, EPOLL_CLOEXEC);
    show("epoll_create1", ep);
    show("cloexec", fcntl(ep, F_GETFD));
    other = (int) raw(epoll_create, 10);
    show("epoll_create", other);
    show("epoll_create zero", raw(epoll_create, 0));
    show("epoll_create1 flags", raw(epoll_create1, 1));
    MUST(pipe(p) == 0 && pipe(q) == 0);
    show("add", epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &ev));
    show("add again", epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &ev));
    wait_for("idle");
    MUST(write(p[1], "ab", 2) == 2);
    wait_for("level");
    wait_for("level again");
    ev.events = EPOLLIN | EPOLLET;
    show("edge", epoll_ctl(ep, EPOLL_CTL_MOD, p[0], &ev));
    wait_for("edge");
    wait_for("edge again");
    MUST(write(p[1], "c", 1) == 1);
    wait_for("new edge");
    ev.events = EPOLLIN | EPOLLONESHOT;
    ev.data.u64 = 2;
    show("oneshot", epoll_ctl(ep, EPOLL_CTL_MOD, p[0], &ev));
    wait_for("oneshot");
    wait_for("oneshot again");
    show("rearm", epoll_ctl(ep, EPOLL_CTL_MOD, p[0], &ev));
    wait_for("rearmed");
    ev = (struct epoll_event){.events = EPOLLOUT, .data.u64 = 3};
    show("write end", epoll_ctl(ep, EPOLL_CTL_ADD, p[1], &ev));
    wait_for("writable");
    close(p[0]);
    wait_for("no reader");
    show("delete", epoll_ctl(ep, EPOLL_CTL_DEL, p[1], NULL));
    wait_for("deleted");
    show("delete again", epoll_ctl(ep, EPOLL_CTL_DEL, p[1], NULL));

    ev = (struct epoll_event){.events = EPOLLIN, .data.u64 = 4};
    show("nested", epoll_ctl(other, EPOLL_CTL_ADD, ep, &ev));
    MUST(epoll_ctl(ep, EPOLL_CTL_ADD, q[0], &ev) == 0 && write(q[1], "x", 1) == 1);
    show("nested wait", epoll_wait(other, &ev, 1, 0));
    show("loop", epoll_ctl(ep, EPOLL_CTL_ADD, other, &ev));
    show("itself", epoll_ctl(ep, EPOLL_CTL_ADD, ep, &ev));
    file = open("f", O_RDWR | O_CREAT, 0600);
    show("file", epoll_ctl(ep, EPOLL_CTL_ADD, file, &ev));
    show("modify absent", epoll_ctl(ep, EPOLL_CTL_MOD, q[1], &ev));
    show("bad op", epoll_ctl(ep, 9, q[1], &ev));
    show("not epoll", epoll_ctl(q[0], EPOLL_CTL_ADD, q[1], &ev));
    show("bad event", raw(epoll_ctl, ep, EPOLL_CTL_ADD, q[1], BAD_PTR));
    show("bad events", raw(epoll_wait, ep, BAD_PTR, 1, 0));
    show("no room", raw(epoll_wait, ep, &ev, 0, 0));
    show("huge room", raw(epoll_wait, ep, &ev, 1 << 30, 0));
    MUST(read(q[0], &c, 1) == 1);
    show("timeout", epoll_wait(ep, &ev, 1, 10));
    return t_end();
}
