/* covers: kill tgkill tkill rt_sigqueueinfo rt_tgsigqueueinfo rt_sigaction */
#include "child.h"

static volatile siginfo_t last;
static volatile int count;

static void on_sig(int sig, siginfo_t *si, void *uc)
{
    (void) uc;
    memcpy((void *) &last, si, sizeof(*si));
    CHECK(sig == si->si_signo);
    count++;
}

static void tell(const char *name, pid_t from)
{
    printf("%s: %s code %d errno %d pid %s uid %s value %d\n", name, signame(last.si_signo), last.si_code,
           last.si_errno, last.si_pid == from ? "right" : "wrong", last.si_uid == getuid() ? "right" : "wrong",
           last.si_code == SI_QUEUE ? last.si_value.sival_int : 0);
    memset((void *) &last, 0, sizeof(last));
}

int main(void)
{
    struct sigaction sa = {.sa_sigaction = on_sig, .sa_flags = SA_SIGINFO};
    siginfo_t si;
    pid_t me = getpid();
    for (int sig = SIGUSR1; sig <= SIGUSR2; sig += SIGUSR2 - SIGUSR1)
        MUST(sigaction(sig, &sa, NULL) == 0);
    MUST(sigaction(40, &sa, NULL) == 0);

    kill(me, SIGUSR1);
    tell("kill", me);
    raise(SIGUSR2);
    tell("raise", me);
    raw(tkill, me, SIGUSR1);
    tell("tkill", me);
    raw(tgkill, me, me, SIGUSR1);
    tell("tgkill", me);
    sigqueue(me, 40, (union sigval){.sival_int = 1234567});
    tell("sigqueue", me);
    memset(&si, 0, sizeof(si));
    si.si_code = -77;
    si.si_errno = 5;
    si.si_pid = me;
    si.si_uid = getuid();
    show("own code", raw(rt_sigqueueinfo, me, 40, &si));
    tell("own code", me);
    show("to a thread", raw(rt_tgsigqueueinfo, me, me, 40, &si));
    tell("to a thread", me);
    kill(-getpgid(0), 0);
    pid_t pid = fork();
    if (pid == 0) {
        kill(me, SIGUSR1);
        _exit(0);
    }
    reap(pid);
    CHECK(count == 8);
    tell("from a child", pid);

    show("signal 0", kill(me, 0));
    show("signal 65", kill(me, 65));
    show("negative signal", kill(me, -1));
    show("no such process", kill(0x3fffffff, SIGUSR1));
    show("no such group", kill(-0x3fffffff, SIGUSR1));
    show("reaped", kill(pid, SIGUSR1));
    show("INT_MIN", kill(INT_MIN, SIGUSR1));
    show("tkill 0", raw(tkill, 0, SIGUSR1));
    show("tkill none", raw(tkill, 0x3fffffff, SIGUSR1));
    show("tgkill 0", raw(tgkill, me, 0, SIGUSR1));
    show("tgkill of another group", raw(tgkill, 1, me, SIGUSR1));
    show("tgkill signal 65", raw(tgkill, me, me, 65));
    show("queue to none", raw(rt_sigqueueinfo, 0x3fffffff, 40, &si));
    show("queue signal 65", raw(rt_sigqueueinfo, me, 65, &si));
    show("info not there", raw(rt_sigqueueinfo, me, 40, BAD_PTR));
    show("info not there", raw(rt_tgsigqueueinfo, me, me, 40, BAD_PTR));
    /* to others nobody may pretend to be the kernel or kill() */
    pid = fork();
    if (pid == 0)
        for (;;)
            pause();
    si.si_code = SI_USER;
    show("pretends to be kill", raw(rt_sigqueueinfo, pid, SIGUSR1, &si));
    si.si_code = SI_KERNEL;
    show("pretends to be the kernel", raw(rt_sigqueueinfo, pid, SIGUSR1, &si));
    si.si_code = SI_TKILL;
    show("pretends to be tkill", raw(rt_sigqueueinfo, pid, SIGUSR1, &si));
    kill(pid, SIGKILL);
    reap(pid);
    CHECK(count == 8);
    return t_end();
}
