/* covers: rt_sigtimedwait */
#include "told.h"

int main(void)
{
    sigset_t all, set = one_signal(SIGUSR1);
    struct timespec none = {0, 0}, bad = {0, 1000000000}, neg = {-1, 0};
    siginfo_t si;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    static const int order[] = {64, 40, SIGTERM, SIGCHLD, SIGFPE, SIGHUP, 34, SIGSEGV, SIGILL};
    for (unsigned i = 0; i < ARRAY_SIZE(order); i++)
        raw(tgkill, getpid(), gettid(), order[i]);
    kill(getpid(), SIGINT);
    kill(getpid(), 35);
    for (int r; (r = (int) raw(rt_sigtimedwait, &all, &si, &none, 8)) > 0;)
        if (r != SIGSEGV)
            printf("%s\n", signame(r));
    show("none", raw(rt_sigtimedwait, &set, &si, &none, 8));
    show("bad time", raw(rt_sigtimedwait, &set, &si, &bad, 8));
    show("negative time", raw(rt_sigtimedwait, &set, &si, &neg, 8));
    show("size", raw(rt_sigtimedwait, &set, &si, &none, 4));
    show("no set", raw(rt_sigtimedwait, BAD_PTR, &si, &none, 8));
    show("no time", raw(rt_sigtimedwait, &set, &si, BAD_PTR, 8));
    raise(SIGUSR1);
    show("to nowhere", raw(rt_sigtimedwait, &set, BAD_PTR, &none, 8));
    show("and it is gone", raw(rt_sigtimedwait, &set, NULL, &none, 8));
    raise(SIGUSR1);
    show("not wanted", raw(rt_sigtimedwait, &set, NULL, NULL, 8));
    sigset_t kill_ = one_signal(SIGKILL);
    show("SIGKILL", raw(rt_sigtimedwait, &kill_, NULL, &none, 8));
    return t_end();
}
