/* covers: ioctl openat read write */
#include "t.h"
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>

static void dump(const char *what, const char *buf, ssize_t n)
{
    if (n < 0) {
        show(what, n);
        return;
    }
    printf("%s: %zd ", what, n);
    for (ssize_t i = 0; i < n; i++)
        printf(buf[i] >= 32 && buf[i] < 127 ? "%c" : "\\%03o", (unsigned char) buf[i]);
    printf("\n");
}

/* The line discipline answers in the background: wait for n bytes. */
static ssize_t read_all(int fd, char *buf, ssize_t n)
{
    ssize_t got = 0;
    while (got < n) {
        struct pollfd pf = {fd, POLLIN, 0};
        ssize_t r;
        MUST(poll(&pf, 1, 5000) == 1);
        r = read(fd, buf + got, (size_t) (n - got));
        if (r <= 0)
            return got ? got : r;
        got += r;
    }
    return got;
}

int main(void)
{
    char buf[256], name[64];
    struct winsize ws = {0};
    int m, s, n = -1, zero = 0, av = 0;

    m = open("/dev/ptmx", O_RDWR | O_NOCTTY);
    MUST(m >= 0);
    show("unlock", ioctl(m, TIOCSPTLCK, &zero));
    MUST(ioctl(m, TIOCGPTN, &n) == 0);
    snprintf(name, sizeof(name), "/dev/pts/%d", n);
    s = open(name, O_RDWR | O_NOCTTY);
    MUST(s >= 0);
    CHECK(isatty(m) && isatty(s) && strcmp(ttyname(s), name) == 0);

    MUST(write(m, "hello\n", 6) == 6);
    dump("echo", buf, read_all(m, buf, 7));
    dump("line", buf, read(s, buf, sizeof(buf)));
    MUST(write(m, "wrx\177ong\025right\n", 15) == 15);
    memset(buf, 0, sizeof(buf));
    dump("edited line", buf, read(s, buf, sizeof(buf)));
    MUST(write(m, "partial", 7) == 7);
    show("not yet a line", (fcntl(s, F_SETFL, O_NONBLOCK), read(s, buf, sizeof(buf))));
    MUST(write(m, "\004", 1) == 1);
    show("pushed by ctrl-d", (fcntl(s, F_SETFL, 0), read(s, buf, sizeof(buf))));
    MUST(write(m, "\004", 1) == 1);
    show("end of file", read(s, buf, sizeof(buf)));
    MUST(write(m, "two\nlines\n", 10) == 10);
    dump("first", buf, read(s, buf, sizeof(buf)));
    MUST(ioctl(s, FIONREAD, &av) == 0);
    show("queued", av);
    dump("second in pieces", buf, read(s, buf, 3));
    dump("rest", buf, read(s, buf, 30));
    show("tcflush", tcflush(m, TCIOFLUSH));
    MUST(write(s, "out\n", 4) == 4);
    dump("output", buf, read_all(m, buf, 5));
    show("window size", ioctl(s, TIOCGWINSZ, &ws));
    printf("%d %d\n", ws.ws_row, ws.ws_col);
    close(s);
    show("no slave", read(m, buf, 1));
    return t_end();
}
