/* covers: kill tgkill tkill rt_sigqueueinfo rt_tgsigqueueinfo timer_create setitimer alarm */
#include <sys/time.h>

#include "told.h"

/* All 128 bytes, for what a process may send to itself. */
static void wait_for(int sig, const char *name)
{
    sigset_t set = one_signal(sig);
    siginfo_t si;
    memset(&si, 0xee, sizeof(si));
    MUST(raw(rt_sigtimedwait, &set, &si, NULL, 8) == sig);
    show_words(name, &si, getpid());
}

int main(void)
{
    pid_t me = getpid();
    siginfo_t si;
    struct itimerval itv = {.it_value = {0, 1000}};
    int sigs[] = {SIGUSR1, SIGALRM, SIGVTALRM, SIGPROF, 40};
    for (unsigned i = 0; i < ARRAY_SIZE(sigs); i++)
        told_block(sigs[i]);
    kill(me, SIGUSR1);
    wait_for(SIGUSR1, "kill");
    raw(tkill, me, SIGUSR1);
    wait_for(SIGUSR1, "tkill");
    raw(tgkill, me, me, SIGUSR1);
    wait_for(SIGUSR1, "tgkill");
    sigqueue(me, 40, (union sigval){.sival_ptr = (void *) 0x123456789abcdef0});
    wait_for(40, "sigqueue");
    memset(&si, 0, sizeof(si));
    si.si_code = -60;
    si.si_errno = 99;
    memset((int *) &si + 4, 0x55, 32);
    show("queueinfo", raw(rt_sigqueueinfo, me, 40, &si));
    wait_for(40, "queueinfo");
    show("tgsigqueueinfo", raw(rt_tgsigqueueinfo, me, me, 40, &si));
    wait_for(40, "tgsigqueueinfo");
    si.si_signo = 12;
    show("another number inside", raw(rt_sigqueueinfo, me, 40, &si));
    wait_for(40, "another number inside");
    setitimer(ITIMER_REAL, &itv, NULL);
    wait_for(SIGALRM, "setitimer");
    alarm(1);
    wait_for(SIGALRM, "alarm");
    setitimer(ITIMER_PROF, &itv, NULL);
    sigset_t pending;
    do
        sigpending(&pending);
    while (!sigismember(&pending, SIGPROF));
    wait_for(SIGPROF, "profiling timer");
    return t_end();
}
