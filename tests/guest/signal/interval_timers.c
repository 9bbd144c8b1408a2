/* covers: setitimer getitimer alarm */
#include <sys/time.h>

#include "t.h"

static volatile int fired[65];

static void handler(int sig)
{
    fired[sig]++;
}

int main(void)
{
    struct itimerval it = {.it_value = {0, 5000}, .it_interval = {0, 3000}}, old;
    signal(SIGALRM, handler);
    signal(SIGVTALRM, handler);
    signal(SIGPROF, handler);
    show("real", setitimer(ITIMER_REAL, &it, NULL));
    while (fired[SIGALRM] < 5)
        pause();
    show("ask", getitimer(ITIMER_REAL, &old));
    CHECK(old.it_interval.tv_usec == 3000 && old.it_value.tv_usec <= 3000);
    memset(&it, 0, sizeof(it));
    show("stop", setitimer(ITIMER_REAL, &it, &old));
    CHECK(old.it_interval.tv_usec == 3000);
    getitimer(ITIMER_REAL, &old);
    CHECK(old.it_value.tv_usec == 0 && old.it_interval.tv_usec == 0);

    it.it_value.tv_usec = 8000;
    show("virtual", setitimer(ITIMER_VIRTUAL, &it, NULL));
    while (!fired[SIGVTALRM])
        ;
    show("profiling", setitimer(ITIMER_PROF, &it, NULL));
    while (!fired[SIGPROF])
        ;
    printf("virtual %d profiling %d\n", fired[SIGVTALRM], fired[SIGPROF]);
    show("no alarm before", alarm(100));
    CHECK(alarm(0) == 100);
    show("unknown", setitimer(3, &it, NULL));
    it.it_value.tv_usec = 1000000;
    show("a million microseconds", setitimer(ITIMER_REAL, &it, NULL));
    show("new not there", raw(setitimer, ITIMER_REAL, BAD_PTR, 0));
    show("old not there", raw(getitimer, ITIMER_REAL, BAD_PTR));
    show("null stops it", raw(setitimer, ITIMER_REAL, 0, &old));
    return t_end();
}
