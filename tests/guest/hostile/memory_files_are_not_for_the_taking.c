/* covers: pidfd_getfd */
/* A process that takes another's descriptors at random while that one opens its memory never gets at what is not the program's. */
/* only: dynamic (elfuse lies where the other variants do) */
#include "child.h"

#define LOW 0x400000ul
#define HIGH 0x440000ul

static pid_t pid;

static void look(int fd)
{
    char c;
    for (unsigned long at = LOW; at < HIGH; at += 16 * T_PAGE)
        if (pread(fd, &c, 1, (off_t) at) == 1) {
            kill(pid, SIGKILL);
            printf("FAIL: something lies at %lx\n", at);
            exit(1);
        }
}

int main(void)
{
    CHECK((unsigned long) main > HIGH);
    pid = fork();
    if (pid == 0)
        for (;;)
            close(open("/proc/self/mem", O_RDWR));
    int pidfd = (int) raw(pidfd_open, pid, 0);
    for (int i = 0; i < how_often(600, 30000); i++)
        for (int n = 3; n < 6; n++) {
            int fd = (int) raw(pidfd_getfd, pidfd, n, 0);
            if (fd >= 0) {
                look(fd);
                close(fd);
            }
        }
    kill(pid, SIGKILL);
    show_wait("child", pid);
    return t_end();
}
