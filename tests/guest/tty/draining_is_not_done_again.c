/* covers: ioctl */
/* What waits for a terminal to drain is over with a signal, whatever SA_RESTART says: while signals come all the time, it is met sooner or later. */
#include <sys/ioctl.h>
#include <sys/time.h>
#include <termios.h>

#include "t.h"

static volatile sig_atomic_t signals;

static void handler(int sig)
{
    (void) sig;
    signals++;
}

static void drain(int fd, const char *name, unsigned long request, unsigned long arg)
{
    int64_t end = now_ns(CLOCK_MONOTONIC) + 20000000000;
    int r;
    do
        r = ioctl(fd, request, arg);
    while (r == 0 && now_ns(CLOCK_MONOTONIC) < end);
    printf("%s: %s\n", name, r == 0 ? "never" : errname(errno));
}

int main(void)
{
    struct sigaction sa = {.sa_handler = handler, .sa_flags = SA_RESTART};
    struct itimerval often = {{0, 50}, {0, 50}};
    int unlock = 0, discipline = 0, master = open("/dev/ptmx", O_RDWR | O_NOCTTY);
    char path[64];
    MUST(master >= 0 && ioctl(master, TIOCSPTLCK, &unlock) == 0 && ptsname_r(master, path, sizeof path) == 0);
    int fd = open(path, O_RDWR | O_NOCTTY);
    MUST(fd >= 0 && sigaction(SIGALRM, &sa, NULL) == 0 && setitimer(ITIMER_REAL, &often, NULL) == 0);
    drain(fd, "draining", TCSBRK, 1);
    drain(fd, "a break", TCSBRKP, 0);
    drain(fd, "beginning of a break", TIOCSBRK, 0);
    drain(fd, "another discipline", TIOCSETD, (unsigned long) &discipline);
    CHECK(signals > 0);
    return t_end();
}
