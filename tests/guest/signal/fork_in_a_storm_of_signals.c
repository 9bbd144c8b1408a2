/* covers: fork setitimer rt_sigpending */
/* translated: no (a signal each 0.3 ms leaves a translator no time) */
#include <sys/time.h>

#include "told.h"

static volatile sig_atomic_t hits;

static void handler(int sig)
{
    (void) sig;
    hits++;
}

int main(void)
{
    struct itimerval itv = {{0, 300}, {0, 300}};
    struct sigaction sa = {.sa_handler = handler, .sa_flags = SA_RESTART};
    int bad = 0;
    sigaction(SIGALRM, &sa, NULL);
    MUST(setitimer(ITIMER_REAL, &itv, NULL) == 0);
    for (int i = 0; i < 40; i++) {
        pid_t pid = fork();
        MUST(pid >= 0);
        if (pid == 0) {
            struct itimerval now;
            getitimer(ITIMER_REAL, &now);
            int at_start = hits;
            for (int n = 0; n < 100; n++)
                sched_yield();
            _exit(now.it_value.tv_usec || hits != at_start);
        }
        bad += reap(pid) != 0;
    }
    CHECK(hits > 0);
    printf("bad %d\n", bad);
    return t_end();
}
