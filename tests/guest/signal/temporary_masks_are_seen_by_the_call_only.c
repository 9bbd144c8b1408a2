/* covers: rt_sigsuspend ppoll pselect6 epoll_pwait epoll_pwait2 */
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>

#include "t.h"

/* A signal that is pending and blocked is let in by the mask of the call, at once, and the old mask is back afterwards:
 * in the handler the temporary one (and the signal itself) holds. */
static volatile int handled;
static volatile uint64_t in_handler;

static uint64_t mask(void)
{
    uint64_t m = 0;
    raw(rt_sigprocmask, SIG_BLOCK, 0, &m, 8);
    return m;
}

static void handler(int sig)
{
    (void) sig;
    handled++;
    in_handler = mask();
}

static void report(const char *name, long r)
{
    printf("%s: %s, handled %d, in the handler %lx, after %lx\n", name, r < 0 ? errname(errno) : "ok", handled,
           (long) in_handler, (long) mask());
    handled = 0;
    in_handler = 0;
}

int main(void)
{
    struct sigaction sa = {.sa_handler = handler};
    uint64_t blocked = 1ul << (SIGUSR1 - 1) | 1ul << (SIGUSR2 - 1), during = 1ul << (SIGHUP - 1);
    struct {
        uint64_t *set;
        size_t size;
    } six = {&during, 8};
    struct timespec zero = {0, 0};
    struct epoll_event ev;
    int ep = epoll_create1(0), p[2];
    sigaction(SIGUSR1, &sa, NULL);
    MUST(pipe(p) == 0);
    struct pollfd pfd = {p[0], POLLIN, 0};
    raw(rt_sigprocmask, SIG_SETMASK, &blocked, 0, 8);

    raise(SIGUSR1);
    report("sigsuspend", raw(rt_sigsuspend, &during, 8));
    raise(SIGUSR1);
    report("ppoll", raw(ppoll, &pfd, 1, 0, &during, 8));
    raise(SIGUSR1);
    report("pselect6", raw(pselect6, 0, 0, 0, 0, 0, &six));
    raise(SIGUSR1);
    report("epoll_pwait", raw(epoll_pwait, ep, &ev, 1, -1, &during, 8));
    raise(SIGUSR1);
    report("epoll_pwait2", raw(epoll_pwait2, ep, &ev, 1, 0, &during, 8));
    /* nothing pending, nothing ready: the mask is back just so */
    report("ppoll, no time", raw(ppoll, &pfd, 1, &zero, &during, 8));
    report("pselect6, no time", raw(pselect6, 0, 0, 0, 0, &zero, &six));
    report("epoll_pwait, no time", raw(epoll_pwait, ep, &ev, 1, 0, &during, 8));
    /* something ready and a signal: the call reports what is ready, and the signal is still blocked */
    MUST(write(p[1], "x", 1) == 1);
    raise(SIGUSR1);
    report("ppoll, ready", raw(ppoll, &pfd, 1, 0, &during, 8));
    uint64_t none = 0;
    raw(rt_sigprocmask, SIG_SETMASK, &none, 0, 8);
    report("unblocked", 0);
    raw(rt_sigprocmask, SIG_SETMASK, &blocked, 0, 8);
    report("ppoll without a mask", raw(ppoll, &pfd, 1, &zero, 0, 8));
    report("ppoll, size 4", raw(ppoll, &pfd, 1, &zero, &during, 4));
    report("ppoll, mask not there", raw(ppoll, &pfd, 1, &zero, BAD_PTR, 8));
    report("pselect6, mask not there", raw(pselect6, 0, 0, 0, 0, &zero, BAD_PTR));
    six.size = 4;
    report("pselect6, size 4", raw(pselect6, 0, 0, 0, 0, &zero, &six));
    report("sigsuspend, size 4", raw(rt_sigsuspend, &during, 4));
    report("sigsuspend, mask not there", raw(rt_sigsuspend, BAD_PTR, 8));
    report("epoll_pwait, size 4", raw(epoll_pwait, ep, &ev, 1, 0, &during, 4));
    return t_end();
}
