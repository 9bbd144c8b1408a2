/* covers: poll ppoll select pselect6 epoll_wait epoll_pwait epoll_pwait2 */
#include <sys/epoll.h>
#include <sys/select.h>

#include "interrupt.h"

static int p[2], ep;
static struct epoll_event ev;
static struct pollfd pfd;
static struct timespec hour = {3600, 0};
static struct timeval hour_us = {3600, 0};
static sigset_t none;
static fd_set set;

SLEEPER(c_poll, poll(&pfd, 1, -1))
SLEEPER(c_poll_timed, poll(&pfd, 1, 3600000))
SLEEPER(c_poll_nothing, poll(NULL, 0, 3600000))
SLEEPER(c_ppoll, ppoll(&pfd, 1, NULL, NULL))
SLEEPER(c_ppoll_timed, ppoll(&pfd, 1, &hour, &none))
SLEEPER(c_select, (FD_SET(p[0], &set), select(p[0] + 1, &set, NULL, NULL, NULL)))
SLEEPER(c_select_timed, (FD_SET(p[0], &set), select(p[0] + 1, &set, NULL, NULL, &hour_us)))
SLEEPER(c_pselect, (FD_SET(p[0], &set), pselect(p[0] + 1, &set, NULL, NULL, NULL, &none)))
SLEEPER(c_pselect_timed, (FD_SET(p[0], &set), pselect(p[0] + 1, &set, NULL, NULL, &hour, NULL)))
SLEEPER(c_epoll, epoll_wait(ep, &ev, 1, -1))
SLEEPER(c_epoll_timed, epoll_wait(ep, &ev, 1, 3600000))
SLEEPER(c_epoll_pwait, epoll_pwait(ep, &ev, 1, -1, &none))
SLEEPER(c_epoll_pwait2, raw(epoll_pwait2, ep, &ev, 1, &hour, &none, 8))

static const struct sleeper calls[] = {
    {"poll", c_poll},
    {"poll, timed", c_poll_timed},
    {"poll of nothing", c_poll_nothing},
    {"ppoll", c_ppoll},
    {"ppoll, timed", c_ppoll_timed},
    {"select", c_select},
    {"select, timed", c_select_timed},
    {"pselect", c_pselect},
    {"pselect, timed", c_pselect_timed},
    {"epoll_wait", c_epoll},
    {"epoll_wait, timed", c_epoll_timed},
    {"epoll_pwait", c_epoll_pwait},
    {"epoll_pwait2", c_epoll_pwait2},
};

int main(void)
{
    MUST(pipe(p) == 0 && (ep = epoll_create1(0)) >= 0);
    pfd = (struct pollfd){p[0], POLLIN, 0};
    MUST(epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &(struct epoll_event){.events = EPOLLIN}) == 0);
    sigemptyset(&none);
    interrupt_all(calls, ARRAY_SIZE(calls));
    return t_end();
}
