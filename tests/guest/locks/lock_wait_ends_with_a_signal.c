/* covers: fcntl flock setitimer rt_sigaction */
#include "t.h"
#include <sys/file.h>
#include <sys/time.h>

static void on_alarm(int sig)
{
    (void) sig;
}

int main(void)
{
    struct sigaction sa = {.sa_handler = on_alarm};
    struct itimerval it = {{0, 10000}, {0, 10000}}, off = {{0, 0}, {0, 0}};
    struct flock fl = {.l_type = F_WRLCK};
    int fd, other, up[2];
    char c;
    pid_t pid;

    scratch();
    fd = open("f", O_RDWR | O_CREAT, 0600);
    MUST(fd >= 0 && pipe(up) == 0);
    pid = fork();
    if (pid == 0) {
        int mine = open("f", O_RDWR);
        MUST(fcntl(mine, F_SETLK, &fl) == 0 && flock(mine, LOCK_EX) == 0 && write(up[1], "r", 1) == 1);
        for (;;)
            pause();
    }
    MUST(read(up[0], &c, 1) == 1 && sigaction(SIGALRM, &sa, NULL) == 0);
    other = open("f", O_RDWR);
    MUST(setitimer(ITIMER_REAL, &it, NULL) == 0);
    show("F_SETLKW", fcntl(fd, F_SETLKW, &fl));
    show("flock", flock(other, LOCK_EX));
    MUST(setitimer(ITIMER_REAL, &off, NULL) == 0);
    kill(pid, SIGKILL);
    show_wait("holder", pid);
    show("F_SETLKW", fcntl(fd, F_SETLKW, &fl));
    show("flock", flock(other, LOCK_EX));
    return t_end();
}
