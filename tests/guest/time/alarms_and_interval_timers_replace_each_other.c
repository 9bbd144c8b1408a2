/* covers: alarm setitimer getitimer fork execve */
/* translated: no (outside, what a dynamic program executes is not found its libraries) */
#include <sys/time.h>

#include "told.h"

static void tell(const char *name)
{
    struct itimerval v;
    MUST(getitimer(ITIMER_REAL, &v) == 0);
    printf("%s: in %ld s, every %ld s\n", name, v.it_value.tv_sec + (v.it_value.tv_usec > 0), v.it_interval.tv_sec);
}

int main(int argc, char **argv)
{
    struct itimerval hour = {{7200, 0}, {3600, 0}}, old;
    if (argc > 1) {
        tell("after exec");
        return 0;
    }
    show("first", alarm(1000));
    show("second", alarm(2000));
    tell("alarm");
    show("setitimer", setitimer(ITIMER_REAL, &hour, &old));
    printf("was %ld\n", old.it_value.tv_sec + (old.it_value.tv_usec > 0));
    tell("timer");
    IN_CHILD(tell("in a child"));
    show("alarm", alarm(500));
    tell("no interval");
    show("off", alarm(0));
    tell("off");
    hour.it_value.tv_usec = 1000000;
    show("wrong", setitimer(ITIMER_REAL, &hour, NULL));
    hour.it_value.tv_usec = -1;
    show("negative", setitimer(ITIMER_REAL, &hour, NULL));
    show("unknown", setitimer(3, &hour, NULL));
    show("unknown", getitimer(-1, &old));
    show("not there", raw(setitimer, ITIMER_REAL, BAD_PTR, NULL));
    show("to nowhere", raw(getitimer, ITIMER_REAL, BAD_PTR));
    show("nothing is off", raw(setitimer, ITIMER_REAL, NULL, &old));
    alarm(300);
    fflush(stdout);
    execl("/proc/self/exe", argv[0], "x", NULL);
    return 1;
}
