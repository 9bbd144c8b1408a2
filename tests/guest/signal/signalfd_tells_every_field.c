/* covers: signalfd4 read rt_sigqueueinfo timer_create */
#include <sys/signalfd.h>
#include <time.h>

#include "told.h"

static int fd;

static void next(const char *name)
{
    struct signalfd_siginfo si;
    memset(&si, 0xee, sizeof(si));
    ssize_t n = read(fd, &si, sizeof(si));
    if (n < 0) {
        printf("%s: %s\n", name, errname(errno));
        return;
    }
    printf("%s: %u errno %d code %d pid %d uid %d fd %d band %x overrun %d trap %u status %d int %d ptr %lx addr %lx "
           "lsb %u\n",
           name, si.ssi_signo, si.ssi_errno, si.ssi_code,
           si.ssi_pid == (unsigned) getpid() ? 1
           : si.ssi_pid                      ? 2
                                             : 0,
           si.ssi_uid == getuid(), si.ssi_fd, si.ssi_band, si.ssi_overrun, si.ssi_trapno, si.ssi_status, si.ssi_int,
           (long) si.ssi_ptr, (long) si.ssi_addr, si.ssi_addr_lsb);
    for (unsigned i = 90; i < sizeof(si); i++)
        CHECK(((char *) &si)[i] == 0);
}

int main(void)
{
    sigset_t set;
    siginfo_t si;
    sigfillset(&set);
    sigprocmask(SIG_BLOCK, &set, NULL);
    MUST((fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC)) >= 0);
    raise(SIGUSR1);
    next("raise");
    kill(getpid(), SIGHUP);
    next("kill");
    sigqueue(getpid(), 40, (union sigval){.sival_ptr = (void *) 0x1122334455667788});
    next("sigqueue");
    pid_t pid = fork();
    if (pid == 0)
        _exit(7);
    MUST(waitid(P_PID, (id_t) pid, &si, WEXITED) == 0);
    next("child");
    memset(&si, 0, sizeof(si));
    si.si_code = SI_TIMER;
    si.si_errno = 3;
    show("own", raw(rt_sigqueueinfo, getpid(), 41, &si));
    next("own timer");
    si.si_code = SI_SIGIO;
    si.si_band = 5;
    si.si_fd = 6;
    raw(rt_sigqueueinfo, getpid(), 41, &si);
    next("own input");
    si.si_code = 77;
    raw(rt_sigqueueinfo, getpid(), 41, &si);
    next("own code");
    raise(SIGFPE);
    next("SIGFPE by hand");
    struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = 42, .sigev_value.sival_int = 9};
    struct itimerspec its = {.it_value = {0, 1}};
    timer_t timer;
    sigset_t now;
    MUST(timer_create(CLOCK_MONOTONIC, &ev, &timer) == 0 && timer_settime(timer, 0, &its, NULL) == 0);
    do
        sigpending(&now);
    while (!sigismember(&now, 42));
    next("timer");
    next("none");
    return t_end();
}
