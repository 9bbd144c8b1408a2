/* covers: fcntl rt_sigtimedwait write */
#include "t.h"

#ifndef F_SETSIG
#define F_SETSIG 10
#endif
#ifndef O_ASYNC
#define O_ASYNC 020000
#endif

int main(void)
{
    struct timespec wait = {5, 0};
    siginfo_t si;
    sigset_t set;
    int p[2];

    sigemptyset(&set);
    sigaddset(&set, SIGIO);
    sigaddset(&set, 40);
    MUST(sigprocmask(SIG_BLOCK, &set, NULL) == 0 && pipe(p) == 0);
    MUST(fcntl(p[0], F_SETOWN, getpid()) == 0);
    show("O_ASYNC", fcntl(p[0], F_SETFL, O_ASYNC));
    MUST(write(p[1], "x", 1) == 1);
    show("signal", sigtimedwait(&set, &si, &wait));
    printf("code %d\n", si.si_code);
    show("F_SETSIG", fcntl(p[0], F_SETSIG, 40));
    MUST(write(p[1], "y", 1) == 1);
    show("signal", sigtimedwait(&set, &si, &wait));
    printf("code %d fd %d band %ld\n", si.si_code, si.si_fd == p[0], (long) si.si_band);
    return t_end();
}
