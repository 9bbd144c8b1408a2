/* covers: vhangup setsid ioctl wait4 */
#include "t.h"
#include <sys/ioctl.h>

int main(void)
{
    char c;
    int m, up[2];
    pid_t pid;

    /* The master goes away: the session leader gets SIGHUP. */
    m = posix_openpt(O_RDWR | O_NOCTTY);
    MUST(m >= 0 && unlockpt(m) == 0 && pipe(up) == 0);
    pid = fork();
    if (pid == 0) {
        setsid();
        MUST(open(ptsname(m), O_RDWR) >= 0);
        close(m);
        MUST(write(up[1], "r", 1) == 1);
        for (;;)
            pause();
    }
    MUST(read(up[0], &c, 1) == 1);
    close(m);
    show_wait("leader", pid);

    /* A leader that ignores it reads no more. */
    m = posix_openpt(O_RDWR | O_NOCTTY);
    MUST(m >= 0 && unlockpt(m) == 0);
    pid = fork();
    if (pid == 0) {
        int s;
        signal(SIGHUP, SIG_IGN);
        setsid();
        s = open(ptsname(m), O_RDWR);
        MUST(s >= 0);
        close(m);
        MUST(write(up[1], "r", 1) == 1);
        _exit(read(s, &c, 1) <= 0 ? 4 : 5); /* 0, or EIO if it waited already */
    }
    MUST(read(up[0], &c, 1) == 1);
    close(m);
    show_wait("ignoring", pid);

    pid = fork();
    if (pid == 0) {
        setsid(); /* no controlling terminal: nothing to hang up */
        show("vhangup", raw(vhangup));
        _exit(0);
    }
    show_wait("child", pid);
    return t_end();
}
