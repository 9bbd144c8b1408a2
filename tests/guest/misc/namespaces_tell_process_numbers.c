/* covers: ioctl */
/* Requests whose argument is a number, though their own number tells of a pointer. */
#include <sys/ioctl.h>

#include "t.h"

#define NS_GET_PID_FROM_PIDNS _IOR(0xb7, 6, int)
#define NS_GET_TGID_FROM_PIDNS _IOR(0xb7, 7, int)
#define NS_GET_PID_IN_PIDNS _IOR(0xb7, 8, int)
#define NS_GET_TGID_IN_PIDNS _IOR(0xb7, 9, int)

static void ask(const char *name, int fd, unsigned long request)
{
    long own = ioctl(fd, request, getpid());
    printf("%s: %s\n", name, own < 0 ? errname(errno) : own == getpid() ? "itself" : "another");
    show("  of nobody", ioctl(fd, request, 0x7fffffff));
    show("  of a small number", ioctl(fd, request, 0));
}

int main(void)
{
    int fd = open("/proc/self/ns/pid", O_RDONLY), dir = open("/", O_RDONLY);
    MUST(fd >= 0 && dir >= 0);
    ask("from", fd, NS_GET_PID_FROM_PIDNS);
    ask("process from", fd, NS_GET_TGID_FROM_PIDNS);
    ask("in", fd, NS_GET_PID_IN_PIDNS);
    ask("process in", fd, NS_GET_TGID_IN_PIDNS);
    show("of a directory", ioctl(dir, NS_GET_PID_IN_PIDNS, 1));
    show("copy", ioctl(dir, _IOW(0xcf, 3, int), dir));
    show("copy of nothing", ioctl(-1, _IOW(0xcf, 3, int), dir));
    return t_end();
}
