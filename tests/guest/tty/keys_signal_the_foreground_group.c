/* covers: ioctl setsid setpgid wait4 read */
#include "t.h"
#include <sys/ioctl.h>
#include <termios.h>

static int m;

/* A session of its own on the terminal; its leader waits for a job in the foreground and says how that ended. */
static void session(const char *what, const char *key, int flags)
{
    int up[2];
    char c;
    pid_t leader, job;

    MUST(pipe(up) == 0);
    leader = fork();
    if (leader == 0) {
        int s, status;
        setsid();
        s = open(ptsname(m), O_RDWR);
        MUST(s >= 0);
        signal(SIGTTOU, SIG_IGN);
        job = fork();
        if (job == 0) {
            setpgid(0, 0);
            MUST(tcsetpgrp(s, getpid()) == 0);
            signal(SIGTTOU, SIG_DFL);
            MUST(write(up[1], "r", 1) == 1);
            read(s, &c, 1);
            _exit(0);
        }
        MUST(waitpid(job, &status, flags) == job);
        show_status(what, status);
        if (WIFSTOPPED(status)) {
            MUST(tcsetpgrp(s, job) == 0);
            kill(job, SIGCONT);
            MUST(waitpid(job, &status, WCONTINUED) == job);
            show_status(what, status);
            kill(job, SIGKILL);
            show_wait(what, job);
        }
        _exit(0);
    }
    MUST(read(up[0], &c, 1) == 1);
    MUST(write(m, key, 1) == 1);
    show_wait("leader", leader);
    close(up[0]);
    close(up[1]);
}

int main(void)
{
    int keep;

    m = posix_openpt(O_RDWR | O_NOCTTY);
    MUST(m >= 0 && unlockpt(m) == 0);
    keep = open(ptsname(m), O_RDWR | O_NOCTTY);
    MUST(keep >= 0);
    session("ctrl-c", "\003", 0);
    session("ctrl-backslash", "\034", 0);
    session("ctrl-z", "\032", WUNTRACED);
    session("ctrl-d", "\004", 0);
    return t_end();
}
