/* covers: setitimer getitimer alarm rt_sigtimedwait */
#include "t.h"
#include <sys/time.h>

int main(void)
{
    struct itimerval it = {{0, 15000}, {0, 15000}}, old = {{9, 9}, {9, 9}}, off = {{0, 0}, {0, 0}};
    struct timespec wait = {10, 0};
    volatile unsigned long spin = 0;
    sigset_t set;
    pid_t pid;

    sigemptyset(&set);
    sigaddset(&set, SIGALRM);
    sigaddset(&set, SIGVTALRM);
    sigaddset(&set, SIGPROF);
    MUST(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
    show("set", raw(setitimer, ITIMER_REAL, &it, &old));
    printf("old %ld.%06ld\n", (long) old.it_value.tv_sec, (long) old.it_value.tv_usec);
    show("get", raw(getitimer, ITIMER_REAL, &old));
    printf("interval %ld\n", (long) old.it_interval.tv_usec);
    for (int i = 0; i < 3; i++)
        printf("%s\n", signame(sigtimedwait(&set, NULL, &wait)));
    pid = fork();
    if (pid == 0) {
        MUST(raw(getitimer, ITIMER_REAL, &old) == 0);
        _exit(old.it_value.tv_sec || old.it_value.tv_usec ? 1 : 0);
    }
    show_wait("child has no timer", pid);
    show("stop", raw(setitimer, ITIMER_REAL, &off, 0));
    MUST(raw(setitimer, ITIMER_PROF, &it, 0) == 0);
    while (sigtimedwait(&set, NULL, &(struct timespec){0, 0}) != SIGPROF)
        for (int i = 0; i < 100000; i++)
            spin += (unsigned) i;
    printf("SIGPROF came\n");
    MUST(raw(setitimer, ITIMER_PROF, &off, 0) == 0);
    MUST(raw(setitimer, ITIMER_VIRTUAL, &it, 0) == 0);
    while (sigtimedwait(&set, NULL, &(struct timespec){0, 0}) != SIGVTALRM)
        for (int i = 0; i < 100000; i++)
            spin += (unsigned) i;
    printf("SIGVTALRM came\n");
    MUST(raw(setitimer, ITIMER_VIRTUAL, &off, 0) == 0);
    show("alarm", raw(alarm, 100));
    show("alarm again", raw(alarm, 0));
    show("alarm none", raw(alarm, 0));
    show("bad timer", raw(getitimer, 9, &old));
    it.it_value.tv_usec = 1000000;
    show("wrong time", raw(setitimer, ITIMER_REAL, &it, 0));
    show("set EFAULT", raw(setitimer, ITIMER_REAL, BAD_PTR, 0));
    show("get EFAULT", raw(getitimer, ITIMER_REAL, BAD_PTR));
    show("null stops", raw(setitimer, ITIMER_REAL, 0, &old));
    return t_end();
}
