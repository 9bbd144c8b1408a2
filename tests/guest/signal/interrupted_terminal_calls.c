/* covers: read write ioctl */
#include <sys/ioctl.h>
#include <termios.h>

#include "interrupt.h"

static int master, slave, still;
static char buf[64];

SLEEPER(c_slave, read(slave, buf, 1))
SLEEPER(c_master, read(master, buf, 1))
SLEEPER(c_write, write(still, buf, 1))

static const struct sleeper calls[] = {
    {"read of the slave", c_slave},
    {"read of the master", c_master},
    {"write to one that stands still", c_write},
};

static int terminal(int *m)
{
    int unlock = 0;
    char path[64];
    MUST((*m = open("/dev/ptmx", O_RDWR | O_NOCTTY)) >= 0);
    MUST(ioctl(*m, TIOCSPTLCK, &unlock) == 0 && ptsname_r(*m, path, sizeof(path)) == 0);
    return open(path, O_RDWR | O_NOCTTY);
}

int main(void)
{
    int m2;
    struct termios t;
    MUST((slave = terminal(&master)) >= 0 && (still = terminal(&m2)) >= 0);
    MUST(tcgetattr(still, &t) == 0);
    cfmakeraw(&t);
    MUST(tcsetattr(still, TCSANOW, &t) == 0);
    MUST(tcflow(still, TCOOFF) == 0);
    interrupt_all(calls, ARRAY_SIZE(calls));
    return t_end();
}
