/* covers: poll select epoll_wait epoll_ctl eventfd2 */
#include "t.h"
#include <poll.h>
#include <sys/epoll.h>
#include <sys/resource.h>

#define N 600

int main(void)
{
    static struct pollfd pf[N];
    static struct epoll_event ev[N];
    static unsigned long bits[64];
    static char seen[N];
    struct rlimit lim;
    int ep = epoll_create1(0), wrong = 0, n;

    MUST(getrlimit(RLIMIT_NOFILE, &lim) == 0);
    MUST(lim.rlim_max >= N + 20);
    lim.rlim_cur = N + 20;
    MUST(setrlimit(RLIMIT_NOFILE, &lim) == 0);
    for (int i = 0; i < N; i++) {
        pf[i].fd = (int) raw(eventfd2, i % 3 == 0, 0);
        pf[i].events = POLLIN;
        MUST(pf[i].fd >= 0);
        ev[0] = (struct epoll_event){.events = EPOLLIN, .data.u32 = (unsigned) i};
        MUST(epoll_ctl(ep, EPOLL_CTL_ADD, pf[i].fd, &ev[0]) == 0);
        bits[pf[i].fd / 64] |= 1ul << pf[i].fd % 64;
    }
    show("poll", poll(pf, N, -1));
    for (int i = 0; i < N; i++)
        wrong += pf[i].revents != (i % 3 ? 0 : POLLIN);
    show("wrong", wrong);
    show("select", raw(select, N + 20, bits, 0, 0, 0));
    for (int i = 0; i < N; i++)
        wrong += (int) (bits[pf[i].fd / 64] >> pf[i].fd % 64 & 1) != (i % 3 == 0);
    show("wrong", wrong);
    n = epoll_wait(ep, ev, N, -1);
    show("epoll", n);
    for (int i = 0; i < n; i++)
        seen[ev[i].data.u32]++;
    for (int i = 0; i < N; i++)
        wrong += seen[i] != (i % 3 == 0);
    show("wrong", wrong);
    show("in portions", epoll_wait(ep, ev, 7, 0));
    show("more than the limit", raw(poll, pf, N + 21, 0));
    return t_end();
}
