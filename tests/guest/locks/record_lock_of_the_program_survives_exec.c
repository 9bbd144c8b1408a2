/* covers: execve fcntl */
#include "t.h"

int main(int argc, char **argv)
{
    struct flock fl = {.l_type = F_RDLCK, .l_start = 3, .l_len = 4};
    char *again[] = {argv[0], "again", NULL};
    pid_t pid;

    if (argc == 1) {
        MUST(open("/proc/self/exe", O_RDONLY) == 3);
        show("lock the program", fcntl(3, F_SETLK, &fl));
        execv("/proc/self/exe", again);
        return 1;
    }
    pid = fork();
    if (pid == 0) {
        fl = (struct flock){.l_type = F_WRLCK};
        MUST(fcntl(3, F_GETLK, &fl) == 0);
        printf("type %d %s\n", fl.l_type, fl.l_type != F_UNLCK && fl.l_pid == getppid() ? "parent's" : "nobody's");
        _exit(0);
    }
    show_wait("child", pid);
    return t_end();
}
