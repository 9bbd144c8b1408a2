/* covers: ioctl read poll */
#include "t.h"
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>

int main(void)
{
    char buf[32];
    struct pollfd pf;
    int m, s, on = 1;

    m = posix_openpt(O_RDWR | O_NOCTTY);
    MUST(m >= 0 && unlockpt(m) == 0);
    s = open(ptsname(m), O_RDWR | O_NOCTTY);
    MUST(s >= 0);
    show("packet mode", ioctl(m, TIOCPKT, &on));
    on = -1;
    show("is on", ioctl(m, TIOCGPKT, &on));
    printf("%d\n", on);
    MUST(write(s, "x", 1) == 1);
    pf = (struct pollfd){m, POLLIN, 0};
    MUST(poll(&pf, 1, 5000) == 1);
    show("data packet", read(m, buf, sizeof(buf)));
    printf("%d %c\n", buf[0], buf[1]);
    MUST(tcflush(s, TCOFLUSH) == 0);
    pf.events = POLLIN | POLLPRI;
    MUST(poll(&pf, 1, 5000) == 1);
    printf("priority %d\n", !!(pf.revents & POLLPRI));
    show("status packet", read(m, buf, sizeof(buf)));
    printf("%d\n", buf[0]);
    show("of the slave", ioctl(s, TIOCPKT, &on));
    show("EFAULT", raw(ioctl, m, TIOCPKT, BAD_PTR));
    return t_end();
}
