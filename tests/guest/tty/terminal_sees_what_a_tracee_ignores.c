/* covers: ioctl ptrace read */
/* A tracee in the background: the terminal lets pass who ignores SIGTTOU, fails the read of who ignores SIGTTIN, and stops others. */
#include <sys/ioctl.h>
#include <termios.h>

#include "ptrace.h"

static int tty;

static int take(void)
{
    return tcsetpgrp(tty, getpgrp());
}

static int set(void)
{
    struct termios t;
    MUST(tcgetattr(tty, &t) == 0);
    return tcsetattr(tty, TCSANOW, &t);
}

static int get(void)
{
    char c;
    return (int) read(tty, &c, 1);
}

static void try(const char *what, int sig, void (*action)(int), int act(void))
{
    puts(what);
    fflush(stdout);
    pid_t p = TRACED(signal(sig, action); setpgid(0, 0); errno = 0; _exit(act() < 0 ? errno : 100));
    int status = go_on(PTRACE_CONT, p, 0, "then");
    for (int i = 0; i < 2 && WIFSTOPPED(status); i++)
        status = go_on(PTRACE_CONT, p, WSTOPSIG(status), "passed on");
    if (WIFSTOPPED(status)) {
        kill(p, SIGKILL);
        show_stop("killed", next_status(p));
    }
    tcsetpgrp(tty, getpid());
}

static void nothing(int sig)
{
    (void) sig;
}

static void leader(const char *name)
{
    setsid();
    MUST((tty = open(name, O_RDWR)) >= 0);
    signal(SIGTTOU, SIG_IGN); /* to take it back */
    try("group, ignored", SIGTTOU, SIG_IGN, take);
    try("settings, ignored", SIGTTOU, SIG_IGN, set);
    try("read, ignored", SIGTTIN, SIG_IGN, get);
    try("group", SIGTTOU, SIG_DFL, take);
    try("settings", SIGTTOU, SIG_DFL, set);
    try("read", SIGTTIN, SIG_DFL, get);
    try("read, handled", SIGTTIN, nothing, get);
}

int main(void)
{
    int m = posix_openpt(O_RDWR | O_NOCTTY);
    MUST(m >= 0 && unlockpt(m) == 0);
    show_status("leader", IN_CHILD(leader(ptsname(m))));
    return t_end();
}
