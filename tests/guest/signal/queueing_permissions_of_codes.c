/* covers: rt_sigqueueinfo rt_tgsigqueueinfo pidfd_send_signal */
#include "told.h"

/* Codes that only the kernel or kill() give are for oneself alone. */
static void try(const char *name, pid_t to, int sig, int code)
{
    siginfo_t si;
    memset(&si, 0, sizeof(si));
    si.si_signo = sig;
    si.si_code = code;
    int fd = (int) raw(pidfd_open, to, 0);
    long r = raw(rt_sigqueueinfo, to, sig, &si);
    printf("%s, code %d: %s", name, code, r ? errname(errno) : "ok");
    r = raw(rt_tgsigqueueinfo, to, to, sig, &si);
    printf(" %s", r ? errname(errno) : "ok");
    r = raw(pidfd_send_signal, fd, sig, &si, 0);
    printf(" %s\n", r ? errname(errno) : "ok");
    close(fd);
}

int main(void)
{
    static const int codes[] = {SI_QUEUE, SI_TIMER, SI_MESGQ,  SI_ASYNCIO, SI_SIGIO, SI_TKILL, SI_USER,
                                1,        5,        SI_KERNEL, -100,       INT_MIN,  INT_MAX};
    siginfo_t si;
    told_block(40);
    told_block(SIGUSR1);
    told_block(SIGCHLD);
    pid_t child = fork();
    if (child == 0)
        for (;;)
            pause();
    for (unsigned i = 0; i < ARRAY_SIZE(codes); i++) {
        try("to a child", child, 40, codes[i]);
        try("to oneself", getpid(), 40, codes[i]);
        try("a standard signal", getpid(), SIGUSR1, codes[i]);
    }
    for (int i = 0; i < 3; i++)
        show_pending("first ones", 40, 0);
    show_pending("the first one only", SIGUSR1, 0);
    show_pending("the first one only", SIGUSR1, 0);
    memset(&si, 0, sizeof(si));
    si.si_code = SI_QUEUE;
    int fd = (int) raw(pidfd_open, getpid(), 0);
    show("pidfd with another number", raw(pidfd_send_signal, fd, 40, &si, 0));
    show("flags", raw(pidfd_send_signal, fd, 40, NULL, 1u << 31));
    show("no number", raw(pidfd_send_signal, fd, 0, NULL, 0));
    show("no signal", raw(pidfd_send_signal, fd, 65, NULL, 0));
    show("no descriptor", raw(pidfd_send_signal, -1, 40, NULL, 0));
    show("no pidfd", raw(pidfd_send_signal, 1, 40, NULL, 0));
    kill(child, SIGKILL);
    reap(child);
    return t_end();
}
