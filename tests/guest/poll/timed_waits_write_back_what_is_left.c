/* covers: ppoll poll select pselect6 personality */
#include <sys/personality.h>
#include <sys/time.h>

#include "t.h"
#include <poll.h>

static void on_alarm(int sig)
{
    (void) sig;
}

int main(void)
{
    struct timespec ts = {0, 20000000};
    struct pollfd pf;
    int p[2];
    int64_t t0;

    MUST(pipe(p) == 0);
    pf = (struct pollfd){p[0], POLLIN, 0};
    t0 = now_ns(CLOCK_MONOTONIC);
    show("ppoll", raw(ppoll, &pf, 1, &ts, 0, 0));
    CHECK(now_ns(CLOCK_MONOTONIC) - t0 >= 20000000);
    printf("left %ld.%09ld\n", (long) ts.tv_sec, ts.tv_nsec);
    MUST(write(p[1], "x", 1) == 1);
    ts = (struct timespec){100, 0};
    show("ready", raw(ppoll, &pf, 1, &ts, 0, 0));
    CHECK(ts.tv_sec == 99 || (ts.tv_sec == 100 && ts.tv_nsec == 0));
    show("no time", raw(ppoll, &pf, 1, 0, 0, 0));

    /* A timeout in memory that cannot be written is not an error. */
    struct timespec *ro = mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(ro != MAP_FAILED);
    ro->tv_sec = 50;
    MUST(mprotect(ro, T_PAGE, PROT_READ) == 0);
    show("read-only timeout", raw(ppoll, &pf, 1, ro, 0, 0));
    printf("left %ld\n", (long) ro->tv_sec);
    show("read-only select timeout",
         raw(select, 0, 0, 0, 0, (mprotect(ro, T_PAGE, 3), ro->tv_sec = 0, mprotect(ro, T_PAGE, 1), ro)));

    /* Nor is one that cannot be written, or is not to be, left for a second time. */
    struct sigaction sa = {.sa_handler = on_alarm};
    const struct itimerval often = {{0, 20000}, {0, 20000}}, never = {0};
    MUST(sigaction(SIGALRM, &sa, NULL) == 0);
    MUST(mprotect(ro, T_PAGE, PROT_READ | PROT_WRITE) == 0);
    ro->tv_sec = 50;
    MUST(mprotect(ro, T_PAGE, PROT_READ) == 0);
    MUST(setitimer(ITIMER_REAL, &often, NULL) == 0);
    show("interrupted", raw(ppoll, 0, 0, ro, 0, 0));
    MUST(setitimer(ITIMER_REAL, &never, NULL) == 0);

    show("sticky", raw(personality, STICKY_TIMEOUTS));
    struct timeval tv = {0, 20000};
    show("select", raw(select, 0, 0, 0, 0, &tv));
    ts = (struct timespec){0, 20000000};
    show("pselect6", raw(pselect6, 0, 0, 0, 0, &ts, 0));
    printf("left %ld us, %ld ns\n", (long) tv.tv_usec, ts.tv_nsec);
    show("ppoll", raw(ppoll, 0, 0, &ts, 0, 0));
    printf("left %ld ns\n", ts.tv_nsec);
    ts = (struct timespec){50, 0};
    MUST(setitimer(ITIMER_REAL, &often, NULL) == 0);
    show("interrupted", raw(ppoll, 0, 0, &ts, 0, 0));
    printf("left %ld s\n", (long) ts.tv_sec);
    MUST(setitimer(ITIMER_REAL, &never, NULL) == 0);
    return t_end();
}
