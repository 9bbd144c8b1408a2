/* covers: ppoll pselect6 epoll_pwait epoll_pwait2 rt_sigprocmask */
#include "t.h"
#include <poll.h>
#include <sys/epoll.h>

static volatile sig_atomic_t hits;

static void on_usr1(int sig)
{
    (void) sig;
    hits++;
}

static void after(const char *what, long r)
{
    sigset_t now, pend;
    int e = errno;
    sigprocmask(SIG_BLOCK, NULL, &now);
    sigpending(&pend);
    errno = e;
    show(what, r);
    printf("  hits %d blocked %d pending %d\n", (int) hits, sigismember(&now, SIGUSR1), sigismember(&pend, SIGUSR1));
}

int main(void)
{
    struct sigaction sa = {.sa_handler = on_usr1, .sa_flags = SA_RESTART};
    struct timespec ts = {10, 0}, none = {0, 0};
    struct pollfd pf = {-1, 0, 0};
    struct epoll_event ev;
    uint64_t open_mask = 0, shut_mask = 1ull << (SIGUSR1 - 1);
    struct {
        const void *mask;
        size_t size;
    } six = {&open_mask, 8}, shut = {&shut_mask, 8};
    sigset_t usr1;
    int ep = epoll_create1(0), p[2];

    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    MUST(sigprocmask(SIG_BLOCK, &usr1, NULL) == 0 && sigaction(SIGUSR1, &sa, NULL) == 0 && pipe(p) == 0);
    raise(SIGUSR1);
    after("blocked", raw(ppoll, &pf, 1, &none, &shut_mask, 8));
    after("ppoll", raw(ppoll, &pf, 1, &ts, &open_mask, 8));
    raise(SIGUSR1);
    after("pselect6", raw(pselect6, 0, 0, 0, 0, &ts, &six));
    raise(SIGUSR1);
    after("pselect6 blocked", raw(pselect6, 0, 0, 0, 0, &none, &shut));
    after("epoll_pwait", raw(epoll_pwait, ep, &ev, 1, 10000, &open_mask, 8));
    raise(SIGUSR1);
    after("epoll_pwait2", raw(epoll_pwait2, ep, &ev, 1, &ts, &open_mask, 8));
    raise(SIGUSR1);
    after("ppoll without waiting", raw(ppoll, &pf, 1, &none, &open_mask, 8));

    /* What is ready wins over the signal; the signal stays for the old mask. */
    MUST(write(p[1], "x", 1) == 1);
    pf = (struct pollfd){p[0], POLLIN, 0};
    hits = 0;
    raise(SIGUSR1);
    after("ready and signalled", raw(ppoll, &pf, 1, &ts, &open_mask, 8));
    show("mask size", raw(ppoll, &pf, 1, &ts, &open_mask, 4));
    show("bad mask", raw(ppoll, &pf, 1, &ts, BAD_PTR, 8));
    show("bad time", raw(ppoll, &pf, 1, BAD_PTR, 0, 8));
    show("epoll mask size", raw(epoll_pwait, ep, &ev, 1, 0, &open_mask, 16));
    show("epoll bad mask", raw(epoll_pwait, ep, &ev, 1, 0, BAD_PTR, 8));
    show("epoll2 bad time", raw(epoll_pwait2, ep, &ev, 1, BAD_PTR, 0, 0));
    ts.tv_nsec = -1;
    show("ppoll wrong time", raw(ppoll, &pf, 1, &ts, 0, 8));
    show("epoll2 wrong time", raw(epoll_pwait2, ep, &ev, 1, &ts, 0, 0));
    return t_end();
}
