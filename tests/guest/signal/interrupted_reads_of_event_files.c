/* covers: read eventfd2 timerfd_create inotify_init1 signalfd4 */
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

#include "interrupt.h"

static int ev, evfull, tfd, tfd_idle, ino, sfd;
static char buf[512];
static uint64_t one = 1;

SLEEPER(c_eventfd, read(ev, buf, 8))
SLEEPER(c_eventfd_write, write(evfull, &one, 8))
SLEEPER(c_timerfd, read(tfd, buf, 8))
SLEEPER(c_timerfd_idle, read(tfd_idle, buf, 8))
SLEEPER(c_inotify, read(ino, buf, sizeof(buf)))
SLEEPER(c_signalfd, read(sfd, buf, sizeof(struct signalfd_siginfo)))

static const struct sleeper calls[] = {
    {"eventfd", c_eventfd}, {"write to a full eventfd", c_eventfd_write},
    {"timerfd", c_timerfd}, {"timerfd that is not set", c_timerfd_idle},
    {"inotify", c_inotify}, {"signalfd", c_signalfd},
};

int main(void)
{
    struct itimerspec hour = {.it_value = {3600, 0}};
    uint64_t max = UINT64_MAX - 1;
    sigset_t usr2;
    sigemptyset(&usr2);
    sigaddset(&usr2, SIGUSR2);
    sigprocmask(SIG_BLOCK, &usr2, NULL);
    MUST((ev = eventfd(0, 0)) >= 0 && (evfull = eventfd(0, 0)) >= 0 && write(evfull, &max, 8) == 8);
    MUST((tfd = timerfd_create(CLOCK_MONOTONIC, 0)) >= 0 && timerfd_settime(tfd, 0, &hour, NULL) == 0);
    MUST((tfd_idle = timerfd_create(CLOCK_REALTIME, 0)) >= 0);
    MUST((ino = inotify_init1(0)) >= 0);
    MUST((sfd = signalfd(-1, &usr2, 0)) >= 0);
    interrupt_all(calls, ARRAY_SIZE(calls));
    return t_end();
}
