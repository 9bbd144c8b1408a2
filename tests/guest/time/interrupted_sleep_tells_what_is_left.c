/* covers: nanosleep clock_nanosleep setitimer restart_syscall rt_sigaction */
#include "t.h"
#include <sys/time.h>

static volatile sig_atomic_t hits;

static void on_alarm(int sig)
{
    (void) sig;
    hits++;
}

int main(void)
{
    struct sigaction sa = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
    struct itimerval it = {{0, 0}, {0, 20000}};
    struct timespec ts = {20, 0}, rem = {0, 0};
    int64_t t0;
    pid_t pid;
    int up[2];
    char c;

    MUST(sigaction(SIGALRM, &sa, NULL) == 0 && pipe(up) == 0);
    MUST(setitimer(ITIMER_REAL, &it, NULL) == 0);
    show("nanosleep", raw(nanosleep, &ts, &rem));
    CHECK(rem.tv_sec == 19 && hits == 1);
    MUST(setitimer(ITIMER_REAL, &it, NULL) == 0);
    rem = (struct timespec){55, 55};
    t0 = now_ns(CLOCK_MONOTONIC) + 20000000000ll;
    ts = (struct timespec){t0 / 1000000000, t0 % 1000000000};
    show("absolute", raw(clock_nanosleep, CLOCK_MONOTONIC, 1, &ts, &rem));
    printf("remainder untouched %ld hits %d\n", (long) rem.tv_sec, (int) hits);
    MUST(setitimer(ITIMER_REAL, &it, NULL) == 0);
    ts = (struct timespec){20, 0};
    show("relative", raw(clock_nanosleep, CLOCK_MONOTONIC, 0, &ts, &rem));
    CHECK(rem.tv_sec == 19);
    MUST(setitimer(ITIMER_REAL, &it, NULL) == 0);
    show("remainder EFAULT", raw(nanosleep, &ts, BAD_PTR));

    /* Stopped and continued without a handler: the sleep goes on to its end. */
    pid = fork();
    if (pid == 0) {
        ts = (struct timespec){0, 150000000};
        t0 = now_ns(CLOCK_MONOTONIC);
        MUST(write(up[1], "r", 1) == 1);
        if (raw(nanosleep, &ts, &rem) != 0)
            _exit(1);
        _exit(now_ns(CLOCK_MONOTONIC) - t0 >= 150000000 ? 0 : 2);
    }
    MUST(read(up[0], &c, 1) == 1);
    kill(pid, SIGSTOP);
    MUST(waitpid(pid, NULL, WUNTRACED) == pid);
    kill(pid, SIGCONT);
    show_wait("stopped sleeper", pid);
    show("restart_syscall alone", raw(restart_syscall));
    return t_end();
}
