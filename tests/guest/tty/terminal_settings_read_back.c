/* covers: ioctl */
#include "t.h"
#include <sys/ioctl.h>
#include <termios.h>

struct ktermios { /* the kernel's */
    unsigned iflag, oflag, cflag, lflag;
    unsigned char line, cc[19];
};

struct ktermios2 {
    struct ktermios t;
    unsigned ispeed, ospeed;
};

static void print(const struct ktermios *t)
{
    printf("%o %o %o %o line %d cc", t->iflag, t->oflag, t->cflag, t->lflag, t->line);
    for (int i = 0; i < 17; i++)
        printf(" %d", t->cc[i]);
    printf("\n");
}

int main(void)
{
    struct ktermios t;
    struct ktermios2 t2;
    struct termios lib;
    int m, s, p[2];

    m = posix_openpt(O_RDWR | O_NOCTTY);
    MUST(m >= 0 && unlockpt(m) == 0);
    s = open(ptsname(m), O_RDWR | O_NOCTTY);
    MUST(s >= 0 && pipe(p) == 0);
    show("TCGETS", raw(ioctl, s, 0x5401, &t));
    print(&t);
    t.lflag &= ~(unsigned) (ICANON | ECHO);
    t.iflag &= ~(unsigned) ICRNL;
    t.cc[VMIN] = 3;
    show("TCSETS", raw(ioctl, s, 0x5402, &t));
    MUST(raw(ioctl, s, 0x5401, &t) == 0);
    print(&t);
    t.cc[VTIME] = 2;
    show("TCSETSW", raw(ioctl, s, 0x5403, &t));
    show("TCSETSF", raw(ioctl, s, 0x5404, &t));
    show("TCGETS2", raw(ioctl, s, 0x802c542a, &t2));
    print(&t2.t);
    printf("speed %u %u\n", t2.ispeed, t2.ospeed);
    t2.t.cflag = (t2.t.cflag & ~(unsigned) 010017) | 010000;
    t2.ispeed = t2.ospeed = 12345;
    show("TCSETS2", raw(ioctl, s, 0x402c542b, &t2));
    memset(&t2, 0, sizeof(t2));
    MUST(raw(ioctl, s, 0x802c542a, &t2) == 0);
    printf("speed %u %u\n", t2.ispeed, t2.ospeed);
    show("tcgetattr", tcgetattr(s, &lib));
    cfmakeraw(&lib);
    show("tcsetattr", tcsetattr(s, TCSADRAIN, &lib));
    MUST(raw(ioctl, s, 0x5401, &t) == 0);
    print(&t);
    show("of master", raw(ioctl, m, 0x5401, &t));
    show("tcsendbreak", tcsendbreak(s, 0));
    show("tcflow", tcflow(s, TCOON));
    show("exclusive", ioctl(s, TIOCEXCL));
    show("not exclusive", ioctl(s, TIOCNXCL));
    show("of pipe", raw(ioctl, p[0], 0x5401, &t));
    show("of null", raw(ioctl, open("/dev/null", O_RDONLY), 0x5401, &t));
    show("get EFAULT", raw(ioctl, s, 0x5401, BAD_PTR));
    show("set EFAULT", raw(ioctl, s, 0x5402, BAD_PTR));
    show("get over the edge", raw(ioctl, s, 0x5401, at_edge(10)));
    show("closed", raw(ioctl, 99, 0x5401, &t));
    return t_end();
}
