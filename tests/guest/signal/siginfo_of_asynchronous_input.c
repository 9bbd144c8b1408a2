/* covers: fcntl */
#include <sys/socket.h>

#include "told.h"

#ifndef F_SETSIG
#define F_SETSIG 10
#define F_GETSIG 11
#endif

/* F_SETSIG: which descriptor, which events. */
static void next(const char *name, int sig, int fd)
{
    sigset_t set = one_signal(sig);
    siginfo_t si;
    struct timespec ts = {5, 0};
    if (raw(rt_sigtimedwait, &set, &si, &ts, 8) != sig) {
        printf("%s: %s\n", name, errname(errno));
        return;
    }
    printf("%s: %s code %d band %lx fd %s\n", name, signame(si.si_signo), si.si_code, si.si_band,
           si.si_fd == fd ? "right" : "wrong");
}

static void once(const char *name, int sig)
{
    int s[2];
    char c;
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, s) == 0);
    printf("%s\n", name);
    show("owner", fcntl(s[0], F_SETOWN, getpid()));
    show("signal", fcntl(s[0], F_SETSIG, sig));
    show("signal is", fcntl(s[0], F_GETSIG));
    MUST(fcntl(s[0], F_SETFL, O_ASYNC | O_NONBLOCK) == 0);
    MUST(write(s[1], "x", 1) == 1);
    int real = sig ? sig : SIGIO;
    next("input", real, s[0]);
    MUST(read(s[0], &c, 1) == 1);
    close(s[1]);
    next("hang up", real, s[0]);
    close(s[0]);
}

int main(void)
{
    told_block(SIGIO);
    told_block(SIGUSR1);
    told_block(45);
    once("default", 0);
    once("a real-time signal", 45);
    once("SIGUSR1", SIGUSR1);
    return t_end();
}
