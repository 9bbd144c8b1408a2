/* covers: rt_sigqueueinfo rt_sigtimedwait */
#include "told.h"

#define N 300

int main(void)
{
    sigset_t set = one_signal(40);
    pid_t me = getpid();
    siginfo_t si;
    told_block(40);
    pid_t pid = fork();
    if (pid == 0) {
        for (int i = 0; i < N; i++)
            while (sigqueue(me, 40, (union sigval){.sival_int = i}) < 0)
                sched_yield();
        _exit(0);
    }
    int wrong = 0;
    for (int i = 0; i < N; i++) {
        MUST(raw(rt_sigtimedwait, &set, &si, NULL, 8) == 40);
        wrong += si.si_value.sival_int != i || si.si_pid != pid || si.si_code != SI_QUEUE;
    }
    show_wait("child", pid);
    printf("wrong %d\n", wrong);
    show_pending("none left", 40, 0);
    return t_end();
}
