/* covers: setrlimit write ftruncate rt_sigaction */
#include "t.h"
#include <sys/resource.h>

int main(void)
{
    struct rlimit lim = {1000, 1000};
    static char text[2000];
    int fd;
    pid_t pid;

    scratch();
    fd = open("f", O_RDWR | O_CREAT, 0600);
    MUST(fd >= 0);
    pid = fork();
    if (pid == 0) {
        signal(SIGXFSZ, SIG_IGN);
        MUST(setrlimit(RLIMIT_FSIZE, &lim) == 0);
        show("up to the limit", write(fd, text, 2000));
        show("at the limit", write(fd, text, 10));
        show("truncate above", ftruncate(fd, 1001));
        show("truncate below", ftruncate(fd, 10));
        _exit(0);
    }
    show_wait("ignoring", pid);
    pid = fork();
    if (pid == 0) {
        lim.rlim_cur = 100;
        MUST(setrlimit(RLIMIT_FSIZE, &lim) == 0);
        MUST(pwrite(fd, text, 100, 0) == 100);
        pwrite(fd, text, 1, 100);
        _exit(0);
    }
    show_wait("default", pid);
    return t_end();
}
