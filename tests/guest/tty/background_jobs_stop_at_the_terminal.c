/* covers: ioctl setpgid getpgid getsid wait4 kill */
#include "t.h"
#include <sys/ioctl.h>
#include <termios.h>

int main(void)
{
    struct termios t;
    char c;
    int m, keep, status;
    pid_t leader;

    m = posix_openpt(O_RDWR | O_NOCTTY);
    MUST(m >= 0 && unlockpt(m) == 0);
    keep = open(ptsname(m), O_RDWR | O_NOCTTY);
    MUST(keep >= 0);
    show("not my terminal", tcgetpgrp(keep));
    show("cannot set", tcsetpgrp(keep, getpid()));
    leader = fork();
    if (leader == 0) {
        pid_t job;
        int s;
        setsid();
        s = open(ptsname(m), O_RDWR);
        MUST(s >= 0);
        CHECK(tcgetpgrp(s) == getpid() && tcgetsid(s) == getpid() && getsid(0) == getpid());
        show("of the controlling terminal", open("/dev/tty", O_RDWR) >= 0);
        job = fork();
        if (job == 0) {
            setpgid(0, 0);
            read(s, &c, 1);
            _exit(0);
        }
        MUST(waitpid(job, &status, WUNTRACED) == job);
        show_status("reading", status);
        kill(job, SIGKILL);
        show_wait("killed", job);

        job = fork();
        if (job == 0) {
            setpgid(0, 0);
            MUST(tcgetattr(s, &t) == 0);
            tcsetattr(s, TCSANOW, &t);
            _exit(0);
        }
        MUST(waitpid(job, &status, WUNTRACED) == job);
        show_status("setting", status);
        kill(job, SIGKILL);
        show_wait("killed", job);

        job = fork();
        if (job == 0) {
            setpgid(0, 0);
            signal(SIGTTIN, SIG_IGN);
            _exit(read(s, &c, 1) == -1 && errno == EIO ? 5 : 6);
        }
        show_wait("ignoring", job);
        show("stranger's group", tcsetpgrp(s, 1));
        show("no group", tcsetpgrp(s, 0x3ffffff));
        signal(SIGHUP, SIG_IGN);
        show("give up terminal", ioctl(s, TIOCNOTTY));
        show("gone", open("/dev/tty", O_RDWR));
        _exit(0);
    }
    show_wait("leader", leader);
    return t_end();
}
