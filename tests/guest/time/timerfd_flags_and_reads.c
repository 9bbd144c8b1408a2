/* covers: timerfd_create timerfd_settime timerfd_gettime read */
/* svm: no (its timers end before they are looked at on the emulated host) */
#include <poll.h>
#include <sys/timerfd.h>

#include "t.h"

static void in(int fd, long ns, long interval)
{
    struct itimerspec its = {{interval / 1000000000, interval % 1000000000}, {ns / 1000000000, ns % 1000000000}};
    MUST(timerfd_settime(fd, 0, &its, NULL) == 0);
}

int main(void)
{
    static const int clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME};
    uint64_t n = 0;
    struct itimerspec its = {0}, old;
    for (unsigned i = 0; i < ARRAY_SIZE(clocks); i++) {
        int fd = timerfd_create(clocks[i], TFD_NONBLOCK | TFD_CLOEXEC);
        show_ok("create", fd);
        printf("flags %x %x\n", fcntl(fd, F_GETFD), fcntl(fd, F_GETFL) & O_NONBLOCK);
        show("not set", read(fd, &n, 8));
        in(fd, 1000000, 0);
        struct pollfd pfd = {fd, POLLIN, 0};
        show("poll", poll(&pfd, 1, -1));
        show("small", read(fd, &n, 7));
        show("read", read(fd, &n, 8));
        printf("%lu\n", n);
        show("again", read(fd, &n, 8));
        in(fd, 1000000, 1000000);
        while (poll(&pfd, 1, -1) != 1)
            ;
        its = (struct itimerspec){.it_value = {1, 0}};
        show("in the past, and what was", timerfd_settime(fd, TFD_TIMER_ABSTIME, &its, &old));
        printf("interval %ld\n", old.it_interval.tv_nsec);
        show("read", read(fd, &n, 8));
        CHECK(n == 1);
        show("get", timerfd_gettime(fd, &old));
        printf("%ld %ld\n", (long) old.it_value.tv_sec, old.it_value.tv_nsec);
        in(fd, 3600000000000, 0);
        show("get", timerfd_gettime(fd, &old));
        CHECK(old.it_value.tv_sec >= 3590 && old.it_value.tv_sec <= 3600);
        in(fd, 0, 5000);
        show("off", timerfd_gettime(fd, &old));
        printf("%ld %ld, %ld\n", (long) old.it_value.tv_sec, old.it_value.tv_nsec, old.it_interval.tv_nsec);
        close(fd);
    }
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    show("processor time", timerfd_create(CLOCK_PROCESS_CPUTIME_ID, 0));
    show("coarse", timerfd_create(CLOCK_MONOTONIC_COARSE, 0));
    show("unknown flag", timerfd_create(CLOCK_MONOTONIC, 1));
    show("unknown flag of settime", timerfd_settime(fd, 64, &its, NULL));
    its.it_value.tv_nsec = 1000000000;
    show("wrong time", timerfd_settime(fd, 0, &its, NULL));
    its = (struct itimerspec){.it_value = {-1, 0}};
    show("negative", timerfd_settime(fd, 0, &its, NULL));
    show("not there", raw(timerfd_settime, fd, 0, BAD_PTR, NULL));
    show("to nowhere", raw(timerfd_gettime, fd, BAD_PTR));
    show("no timer", raw(timerfd_gettime, 1, &old));
    show("write", write(fd, &n, 8));
    show("seek", lseek(fd, 0, SEEK_SET));
    its = (struct itimerspec){.it_value = {3600, 0}};
    show("cancel, on a monotonic clock", timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &its, NULL));
    int rt = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK);
    show("cancel, relative", timerfd_settime(rt, TFD_TIMER_CANCEL_ON_SET, &its, NULL));
    its.it_value.tv_sec = time(NULL) + 3600;
    show("cancel", timerfd_settime(rt, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &its, NULL));
    show("nothing was set", read(rt, &n, 8));
    return t_end();
}
