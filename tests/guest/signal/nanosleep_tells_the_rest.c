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

static void arm(long us)
{
    struct itimerval it = {.it_value = {0, us}};
    MUST(setitimer(ITIMER_REAL, &it, NULL) == 0);
}

int main(void)
{
    struct sigaction sa = {.sa_handler = handler};
    struct timespec ts = {2, 0}, rest = {77, 77};
    sigaction(SIGALRM, &sa, NULL);
    arm(30000);
    show("interrupted", nanosleep(&ts, &rest));
    CHECK(rest.tv_sec == 1 && rest.tv_nsec > 0 && rest.tv_nsec <= 980000000);
    arm(30000);
    rest.tv_sec = 77;
    show("interrupted", raw(clock_nanosleep, CLOCK_MONOTONIC, 0, &ts, &rest));
    CHECK(rest.tv_sec == 1);
    arm(30000);
    show("rest to nowhere", raw(nanosleep, &ts, BAD_PTR));
    arm(30000);
    show("no rest wanted", raw(nanosleep, &ts, 0));
    /* a handler that restarts does not help; an ignored signal does not disturb */
    sa.sa_flags = SA_RESTART;
    sigaction(SIGALRM, &sa, NULL);
    arm(30000);
    show("SA_RESTART", nanosleep(&ts, &rest));
    signal(SIGALRM, SIG_IGN);
    arm(5000);
    ts = (struct timespec){0, 30000000};
    int64_t t0 = now_ns(1);
    show("ignored", nanosleep(&ts, &rest));
    CHECK(now_ns(1) - t0 >= 30000000);
    printf("handled %d\n", handled);
    ts.tv_nsec = -1;
    show("negative", nanosleep(&ts, NULL));
    show("not there", raw(nanosleep, BAD_PTR, 0));
    show("restart_syscall of nothing", raw(restart_syscall));
    return t_end();
}
