/* covers: timerfd_create timerfd_settime timerfd_gettime */
/* svm: no (one poll after it was EINVAL there once, which is not understood) */
#include "t.h"
#include <poll.h>

int main(void)
{
    struct itimerspec it = {{0, 0}, {0, 20000000}}, old;
    struct pollfd pf;
    uint64_t n = 0;
    int64_t t0;
    int fd = (int) raw(timerfd_create, CLOCK_MONOTONIC, O_NONBLOCK | O_CLOEXEC);

    show("create", fd);
    show("cloexec", fcntl(fd, F_GETFD));
    show("not armed", read(fd, &n, 8));
    t0 = now_ns(CLOCK_MONOTONIC);
    show("arm", raw(timerfd_settime, fd, 0, &it, &old));
    printf("old %ld.%09ld\n", (long) old.it_value.tv_sec, old.it_value.tv_nsec);
    show("gettime", raw(timerfd_gettime, fd, &old));
    CHECK(old.it_value.tv_sec == 0 && old.it_value.tv_nsec <= 20000000);
    pf = (struct pollfd){fd, POLLIN, 0};
    show("poll", poll(&pf, 1, 5000));
    CHECK(now_ns(CLOCK_MONOTONIC) - t0 >= 20000000);
    show("read", read(fd, &n, 8));
    printf("%lu\n", (unsigned long) n);
    show("read again", read(fd, &n, 8));
    show("gettime", raw(timerfd_gettime, fd, &old));
    printf("left %ld.%09ld\n", (long) old.it_value.tv_sec, old.it_value.tv_nsec);

    /* An absolute time in the past: it has expired at once, many times. */
    it = (struct itimerspec){{0, 1000000}, {0, 1}};
    show("absolute", raw(timerfd_settime, fd, 1, &it, 0));
    show("poll", poll(&pf, 1, 5000));
    show("read", read(fd, &n, 8));
    CHECK(n > 1);
    it = (struct itimerspec){{0, 0}, {0, 0}};
    show("disarm", raw(timerfd_settime, fd, 0, &it, &old));
    printf("interval was %ld\n", old.it_interval.tv_nsec);
    show("disarmed", poll(&pf, 1, 10));
    it.it_value.tv_nsec = 1000000000;
    show("wrong time", raw(timerfd_settime, fd, 0, &it, 0));
    show("bad flags", raw(timerfd_settime, fd, 0x80, &it, 0));
    show("bad value", raw(timerfd_settime, fd, 0, BAD_PTR, 0));
    show("bad old", raw(timerfd_gettime, fd, BAD_PTR));
    show("not a timer", raw(timerfd_gettime, 0, &old));
    show("bad clock", raw(timerfd_create, 99, 0));
    show("bad create flags", raw(timerfd_create, CLOCK_MONOTONIC, 1));
    show("short read", read(fd, &n, 4));
    show_ok("realtime", raw(timerfd_create, CLOCK_REALTIME, 0));
    show_ok("boottime", raw(timerfd_create, CLOCK_BOOTTIME, 0));
    return t_end();
}
