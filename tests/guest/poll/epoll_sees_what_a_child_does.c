/* covers: epoll_wait epoll_ctl fork wait4 */
#include "t.h"
#include <sys/epoll.h>

/* The set belongs to the open file: a fork shares it, and an event that one process takes is gone for both. */
int main(void)
{
    struct epoll_event ev = {.events = EPOLLIN, .data.u32 = 5};
    int ep = epoll_create1(0), p[2], go[2];
    char c;
    pid_t pid;

    MUST(ep >= 0 && pipe(p) == 0 && pipe(go) == 0);
    MUST(epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &ev) == 0);
    pid = fork();
    if (pid == 0) {
        struct epoll_event out = {.events = EPOLLIN, .data.u32 = 6};
        if (read(go[0], &c, 1) != 1 || write(p[1], "w", 1) != 1)
            _exit(1);
        _exit(epoll_ctl(ep, EPOLL_CTL_ADD, go[0], &out) == 0 ? 0 : 2);
    }
    show("before", epoll_wait(ep, &ev, 1, 0));
    MUST(write(go[1], "g", 1) == 1);
    show("woken", epoll_wait(ep, &ev, 1, 10000));
    printf("data %u\n", ev.data.u32);
    show_wait("child", pid);
    MUST(read(p[0], &c, 1) == 1 && write(go[1], "h", 1) == 1);
    show("added by the child", epoll_wait(ep, &ev, 1, 10000));
    printf("data %u\n", ev.data.u32);
    return t_end();
}
