/* covers: execve setrlimit */
/* A program that may write no file may still execute another. */
#include "child.h"
#include <sys/resource.h>

int main(int argc, char **argv)
{
    if (argc > 1) {
        puts("new program");
        return 0;
    }
    int status = IN_CHILD({
        struct rlimit lim = {0, 0};
        MUST(setrlimit(RLIMIT_FSIZE, &lim) == 0);
        int p[2];
        if (pipe(p) || dup2(p[1], 1) < 0)
            _exit(7);
        execl("/proc/self/exe", argv[0], "x", NULL);
        _exit(errno == EFBIG ? 5 : 6);
    });
    show_status("child", status);
    return t_end();
}
