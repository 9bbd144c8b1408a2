/* covers: ioctl fcntl */
#include "t.h"
#include <sys/ioctl.h>

#ifndef FIOASYNC
#define FIOASYNC 0x5452
#endif

int main(void)
{
    int p[2], fd, one = 1, zero = 0, n = -1;
    unsigned long blocks = 99;
    char buf[16];

    scratch();
    put_file("f", "0123456789");
    fd = open("f", O_RDWR);
    MUST(pipe(p) == 0 && fd >= 0);
    show("FIOCLEX", ioctl(fd, FIOCLEX));
    show("cloexec", fcntl(fd, F_GETFD));
    show("FIONCLEX", ioctl(fd, FIONCLEX));
    show("cloexec", fcntl(fd, F_GETFD));
    show("FIONBIO", ioctl(p[0], FIONBIO, &one));
    show("nonblocking read", read(p[0], buf, 1));
    show("FIONBIO off", ioctl(p[0], FIONBIO, &zero));
    show("nonblocking", !!(fcntl(p[0], F_GETFL) & O_NONBLOCK));
    show("FIOASYNC", ioctl(p[0], FIOASYNC, &one));
    show("FIONBIO EFAULT", raw(ioctl, p[0], FIONBIO, BAD_PTR));
    MUST(lseek(fd, 4, SEEK_SET) == 4);
    show("FIONREAD of file", ioctl(fd, FIONREAD, &n));
    printf("%d\n", n);
    show("FIGETBSZ", ioctl(fd, 2, &n) == 0 && n > 0);
    show("FIOQSIZE", raw(ioctl, fd, 0x5460, &blocks));
    printf("%lu\n", blocks);
    show("unknown", ioctl(fd, 0xdeadbeef, &n));
    show("unknown of pipe", ioctl(p[0], 0x1234, &n));
    show("unknown of null", ioctl(open("/dev/null", O_RDWR), 0x1234, &n));
    show("terminal call on file", ioctl(fd, TIOCGWINSZ, buf));
    show("of O_PATH", ioctl(open("f", O_PATH), FIOCLEX));
    show("of closed", ioctl(99, FIOCLEX));
    show("BLKGETSIZE64 of file", raw(ioctl, fd, 0x80081272, &blocks));
    show_ok("FS_IOC_GETVERSION", raw(ioctl, fd, 0x80087601, &blocks));
    show_ok("FS_IOC_GETFLAGS", raw(ioctl, fd, 0x80086601, &blocks));
    show("FICLONE of pipe", raw(ioctl, fd, 0x40049409, p[0]));
    show("RNDGETENTCNT", ioctl(open("/dev/urandom", O_RDONLY), 0x80045200, &n) == 0 && n > 0);
    return t_end();
}
