/* covers: ioctl setsid rt_sigtimedwait */
#include "t.h"
#include <sys/ioctl.h>

int main(void)
{
    struct winsize ws = {24, 80, 0, 0};
    struct timespec wait = {10, 0};
    sigset_t set;
    char c;
    int m, up[2];
    pid_t pid;

    m = posix_openpt(O_RDWR | O_NOCTTY);
    MUST(m >= 0 && unlockpt(m) == 0 && pipe(up) == 0);
    show("set size", ioctl(m, TIOCSWINSZ, &ws));
    pid = fork();
    if (pid == 0) {
        int s;
        sigemptyset(&set);
        sigaddset(&set, SIGWINCH);
        sigprocmask(SIG_BLOCK, &set, NULL);
        setsid();
        s = open(ptsname(m), O_RDWR | O_NOCTTY);
        show("take terminal", ioctl(s, TIOCSCTTY, 0));
        memset(&ws, 0, sizeof(ws));
        show("size", ioctl(s, TIOCGWINSZ, &ws));
        printf("%dx%d\n", ws.ws_row, ws.ws_col);
        MUST(write(up[1], "r", 1) == 1);
        show("signal", sigtimedwait(&set, NULL, &wait));
        MUST(ioctl(s, TIOCGWINSZ, &ws) == 0);
        printf("%dx%d\n", ws.ws_row, ws.ws_col);
        _exit(0);
    }
    MUST(read(up[0], &c, 1) == 1);
    ws.ws_row = 50;
    ws.ws_col = 132;
    MUST(ioctl(m, TIOCSWINSZ, &ws) == 0);
    show_wait("child", pid);
    show("EFAULT", raw(ioctl, m, TIOCSWINSZ, BAD_PTR));
    return t_end();
}
