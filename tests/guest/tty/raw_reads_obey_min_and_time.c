/* covers: read poll ioctl */
#include "t.h"
#include <poll.h>
#include <termios.h>

int main(void)
{
    struct termios t;
    struct pollfd pf;
    char buf[16];
    int m, s;
    int64_t t0;
    pid_t pid;

    m = posix_openpt(O_RDWR | O_NOCTTY);
    MUST(m >= 0 && unlockpt(m) == 0);
    s = open(ptsname(m), O_RDWR | O_NOCTTY);
    MUST(s >= 0 && tcgetattr(s, &t) == 0);
    cfmakeraw(&t);
    t.c_cc[VMIN] = 0;
    t.c_cc[VTIME] = 0;
    MUST(tcsetattr(s, TCSANOW, &t) == 0);
    show("nothing asked", read(s, buf, sizeof(buf)));
    t.c_cc[VTIME] = 1;
    MUST(tcsetattr(s, TCSANOW, &t) == 0);
    t0 = now_ns(CLOCK_MONOTONIC);
    show("timed out", read(s, buf, sizeof(buf)));
    CHECK(now_ns(CLOCK_MONOTONIC) - t0 > 80000000);
    t.c_cc[VMIN] = 4;
    t.c_cc[VTIME] = 0;
    MUST(tcsetattr(s, TCSANOW, &t) == 0);
    MUST(write(m, "abc", 3) == 3);
    pf = (struct pollfd){s, POLLIN, 0};
    show("three of four", poll(&pf, 1, 0));
    pid = fork();
    if (pid == 0)
        _exit(write(m, "d\r", 2) == 2 ? 0 : 1);
    show("waits for four", read(s, buf, 4));
    show_wait("child", pid);
    printf("%.4s\n", buf);
    t.c_cc[VMIN] = 1;
    MUST(tcsetattr(s, TCSANOW, &t) == 0);
    show("one", read(s, buf, sizeof(buf)));
    show("carriage return stays", buf[0]);
    return t_end();
}
