/* covers: seccomp poll epoll_wait */
#include <sys/epoll.h>

#include "../listener.h"

static int look(int l, int ms)
{
    struct pollfd p = {l, POLLIN | POLLOUT, 0};
    MUST(poll(&p, 1, ms) >= 0);
    return p.revents;
}

int main(void)
{
    int l;
    struct gate g;
    gate_init(&g);
    pid_t pid = ASKING(&l, 0, SYS_getpgid, {
        gate_wait(&g);
        show("getpgid", syscall(SYS_getpgid, 0));
    });
    struct epoll_event ev = {.events = EPOLLIN}, got;
    int e = epoll_create1(0);
    MUST(epoll_ctl(e, EPOLL_CTL_ADD, l, &ev) == 0);
    printf("nothing yet: %x\n", look(l, 0));
    gate_open(&g);
    printf("asked: %x\n", look(l, -1));
    MUST(epoll_wait(e, &got, 1, -1) == 1);
    printf("epoll %x\n", got.events);
    struct seccomp_notif n = ask_next(l);
    printf("received: %x\n", look(l, -1));
    say(l, n.id, 0, 1, 0);
    show_wait("child", pid);
    printf("nobody left: %x\n", look(l, -1));
    memset(&n, 0, sizeof n);
    show("send", say(l, 1, 0, 0, 0));
    close(l);
    /* Whose listener is gone gets ENOSYS. */
    pid = ASKING(&l, 0, SYS_getpgid, {
        gate_wait(&g);
        show("nobody listens", syscall(SYS_getpgid, 0));
    });
    close(l);
    gate_open(&g);
    show_wait("child", pid);
    return t_end();
}
