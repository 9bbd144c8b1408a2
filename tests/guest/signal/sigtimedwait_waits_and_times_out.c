/* covers: rt_sigtimedwait */
#include "child.h"

static volatile int handled;

static void on_usr2(int sig)
{
    (void) sig;
    handled++;
}

int main(void)
{
    uint64_t set = 1ul << (SIGUSR1 - 1);
    struct timespec zero = {0, 0}, some = {0, 20000000}, bad = {0, 1000000000}, neg = {-1, 0}, long_ = {5, 0};
    siginfo_t si;
    pid_t pid, me = getpid();
    raw(rt_sigprocmask, SIG_BLOCK, &set, 0, 8);
    signal(SIGUSR2, on_usr2);
    show("nothing there", raw(rt_sigtimedwait, &set, &si, &zero, 8));
    int64_t t0 = now_ns(1);
    show("nothing in 20 ms", raw(rt_sigtimedwait, &set, &si, &some, 8));
    CHECK(now_ns(1) - t0 >= 20000000);
    kill(me, SIGUSR1);
    show("there already", raw(rt_sigtimedwait, &set, &si, &zero, 8));
    CHECK(si.si_signo == SIGUSR1 && si.si_pid == me);
    show("taken", raw(rt_sigtimedwait, &set, &si, &zero, 8));
    kill(me, SIGUSR1);
    show("without info", raw(rt_sigtimedwait, &set, 0, &zero, 8));
    show("bad nanoseconds", raw(rt_sigtimedwait, &set, 0, &bad, 8));
    show("negative seconds", raw(rt_sigtimedwait, &set, 0, &neg, 8));
    show("size 4", raw(rt_sigtimedwait, &set, 0, &zero, 4));
    show("set not there", raw(rt_sigtimedwait, BAD_PTR, 0, &zero, 8));
    show("time not there", raw(rt_sigtimedwait, &set, 0, BAD_PTR, 8));
    kill(me, SIGUSR1);
    show("info to nowhere", raw(rt_sigtimedwait, &set, BAD_PTR, &zero, 8));

    MUST((pid = fork()) >= 0);
    if (pid == 0) {
        until_state(me, me, "S");
        kill(me, SIGUSR1);
        _exit(0);
    }
    show("from a child", raw(rt_sigtimedwait, &set, &si, &long_, 8));
    CHECK(si.si_pid == pid && si.si_code == SI_USER);
    reap(pid);
    /* a handled signal that is not waited for ends the wait */
    MUST((pid = fork()) >= 0);
    if (pid == 0) {
        until_state(me, me, "S");
        kill(me, SIGUSR2);
        _exit(0);
    }
    show("another signal", raw(rt_sigtimedwait, &set, &si, 0, 8));
    printf("handled %d\n", handled);
    reap(pid);
    return t_end();
}
