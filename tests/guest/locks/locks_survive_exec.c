/* covers: execve fcntl flock */
#include "t.h"
#include <sys/file.h>

int main(int argc, char **argv)
{
    struct flock fl = {.l_type = F_WRLCK, .l_start = 3, .l_len = 4};
    char *again[] = {argv[0], "again", NULL};
    int other;
    pid_t pid;

    if (argc == 1) {
        int fd;
        scratch();
        fd = open("f", O_RDWR | O_CREAT, 0600);
        MUST(fd == 3 && fcntl(fd, F_SETLK, &fl) == 0 && flock(fd, LOCK_EX) == 0);
        execv("/proc/self/exe", again);
        return 1;
    }
    pid = fork();
    if (pid == 0) {
        fl = (struct flock){.l_type = F_WRLCK};
        MUST(fcntl(3, F_GETLK, &fl) == 0);
        printf("record lock: type %d from %ld length %ld %s\n", fl.l_type, (long) fl.l_start, (long) fl.l_len,
               fl.l_pid == getppid() ? "parent's" : "nobody's");
        other = open("f", O_RDWR);
        show("flock", flock(other, LOCK_EX | LOCK_NB));
        _exit(0);
    }
    show_wait("child", pid);
    {
        char cwd[PATH_MAX];
        MUST(getcwd(cwd, sizeof(cwd)) && unlink("f") == 0 && chdir("/") == 0 && rmdir(cwd) == 0);
    }
    return t_end();
}
