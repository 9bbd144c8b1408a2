/* covers: execve fcntl open pipe2 dup3 */
#include "t.h"

int main(int argc, char **argv)
{
    char *again[] = {argv[0], "again", NULL};
    int p[2];

    if (argc > 1) {
        for (int i = 0; i < 40; i++)
            if (fcntl(i, F_GETFD) >= 0)
                printf("open %d flags %d\n", i, fcntl(i, F_GETFD));
        show("offset kept", lseek(5, 0, SEEK_CUR));
        return t_end();
    }
    MUST(open("/dev/null", O_RDONLY) == 3);
    MUST(open("/dev/null", O_RDONLY | O_CLOEXEC) == 4);
    MUST(open("/proc/version", O_RDONLY) == 5 && lseek(5, 7, SEEK_SET) == 7);
    MUST(pipe2(p, O_CLOEXEC) == 0 && pipe2(p, 0) == 0);
    MUST(dup3(3, 20, O_CLOEXEC) == 20 && dup2(4, 21) == 21);
    MUST(fcntl(3, F_DUPFD_CLOEXEC, 30) == 30);
    execv("/proc/self/exe", again);
    show("execv", -1);
    return t_end();
}
