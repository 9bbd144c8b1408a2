/* covers: nanosleep clock_nanosleep setitimer restart_syscall */
#include <sys/time.h>
#include <time.h>

#include "t.h"

static volatile int handled;

static void handler(int sig)
{
    (void) sig;
    handled++;
}

static void arm(long us, long then)
{
    struct itimerval it = {.it_value = {0, us}, .it_interval = {0, then}};
    MUST(setitimer(ITIMER_REAL, &it, NULL) == 0);
}

/* The first signal may come before the call. */
#define AMONG_SIGNALS(call)                                                                                            \
    ({                                                                                                                 \
        handled = 0;                                                                                                   \
        arm(30000, 30000);                                                                                             \
        long r_ = (call);                                                                                              \
        arm(0, 0);                                                                                                     \
        times += handled > 0;                                                                                          \
        r_;                                                                                                            \
    })

int main(void)
{
    struct sigaction sa = {.sa_handler = handler};
    struct timespec ts = {2, 0}, rest = {77, 77};
    int times = 0;
    sigaction(SIGALRM, &sa, NULL);
    int64_t t0 = now_ns(1);
    show("interrupted", AMONG_SIGNALS(nanosleep(&ts, &rest)));
    const int64_t left = rest.tv_sec * 1000000000 + rest.tv_nsec;
    CHECK(left < 2000000000 && left >= 2000000000 - (now_ns(1) - t0));
    rest.tv_sec = 77;
    show("interrupted", AMONG_SIGNALS(raw(clock_nanosleep, CLOCK_MONOTONIC, 0, &ts, &rest)));
    CHECK(rest.tv_sec == 1);
    show("rest to nowhere", AMONG_SIGNALS(raw(nanosleep, &ts, BAD_PTR)));
    show("no rest wanted", AMONG_SIGNALS(raw(nanosleep, &ts, 0)));
    /* a handler that restarts does not help; an ignored signal does not disturb */
    sa.sa_flags = SA_RESTART;
    sigaction(SIGALRM, &sa, NULL);
    show("SA_RESTART", AMONG_SIGNALS(nanosleep(&ts, &rest)));
    signal(SIGALRM, SIG_IGN);
    arm(5000, 0);
    ts = (struct timespec){0, 30000000};
    t0 = now_ns(1);
    show("ignored", nanosleep(&ts, &rest));
    CHECK(now_ns(1) - t0 >= 30000000);
    printf("handled %d times\n", times);
    ts.tv_nsec = -1;
    show("negative", nanosleep(&ts, NULL));
    show("not there", raw(nanosleep, BAD_PTR, 0));
    show("restart_syscall of nothing", raw(restart_syscall));
    return t_end();
}
