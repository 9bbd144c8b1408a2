/* covers: setrlimit write ftruncate rt_sigaction */
#include "t.h"
#include <sys/resource.h>

/* The child prints nothing: the limit would cut its standard output, if that is a file. */
int main(void)
{
    struct rlimit lim = {1000, 1000};
    static char text[2000];
    struct {
        long ret;
        int err;
    } * res;
    static const char *const names[] = {"up to the limit", "at the limit", "truncate above", "truncate below"};
    int fd;
    pid_t pid;

    scratch();
    res = mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    fd = open("f", O_RDWR | O_CREAT, 0600);
    MUST(fd >= 0 && res != MAP_FAILED);
    pid = fork();
    if (pid == 0) {
        signal(SIGXFSZ, SIG_IGN);
        if (setrlimit(RLIMIT_FSIZE, &lim) < 0)
            _exit(1);
        for (int i = 0; i < 4; i++) {
            res[i].ret = i == 0   ? write(fd, text, 2000)
                         : i == 1 ? write(fd, text, 10)
                                  : ftruncate(fd, i == 2 ? 1001 : 10);
            res[i].err = errno;
        }
        _exit(0);
    }
    show_wait("ignoring", pid);
    for (int i = 0; i < 4; i++) {
        errno = res[i].err;
        show(names[i], res[i].ret);
    }
    pid = fork();
    if (pid == 0) {
        lim.rlim_cur = 100;
        if (setrlimit(RLIMIT_FSIZE, &lim) < 0 || pwrite(fd, text, 100, 0) != 100)
            _exit(1);
        _exit(pwrite(fd, text, 1, 100) == 1 ? 2 : 3);
    }
    show_wait("default", pid);
    return t_end();
}
