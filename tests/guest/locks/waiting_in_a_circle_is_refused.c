/* covers: fcntl fork kill */
#include "t.h"

static long lock(int fd, int cmd, off_t start)
{
    struct flock fl = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = start, .l_len = 1};
    return fcntl(fd, cmd, &fl);
}

int main(void)
{
    int fd, up[2];
    char c;
    pid_t pid;
    long r;

    scratch();
    fd = open("f", O_RDWR | O_CREAT, 0600);
    MUST(fd >= 0 && pipe(up) == 0 && lock(fd, F_SETLK, 0) == 0);
    pid = fork();
    if (pid == 0) {
        MUST(lock(fd, F_SETLK, 1) == 0 && write(up[1], "r", 1) == 1);
        r = lock(fd, F_SETLKW, 0);
        _exit(r == 0 ? 0 : errno == EDEADLK ? 35 : 1);
    }
    MUST(read(up[0], &c, 1) == 1);
    /* Whoever closes the circle is refused; then the other one gets its lock. */
    r = lock(fd, F_SETLKW, 1);
    if (r < 0 && errno == EDEADLK) {
        struct flock un = {.l_type = F_UNLCK};
        MUST(fcntl(fd, F_SETLK, &un) == 0);
        r = waitpid(pid, (int *) &un, 0) == pid && *(int *) &un == 0;
    } else {
        int status;
        r = r == 0 && waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 35;
    }
    show("one refused, one served", r);
    return t_end();
}
