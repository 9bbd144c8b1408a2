/* covers: prlimit64 write pipe */
#include <sys/resource.h>

#include "child.h"

static volatile int got;

static void handler(int sig)
{
    got = sig;
}

int main(void)
{
    struct rlimit rl;
    int p[2], fd;
    char block[8192] = {0};
    scratch();
    MUST(pipe(p) == 0);
    close(p[0]);
    signal(SIGPIPE, handler);
    show("write to nobody", write(p[1], "x", 1));
    printf("%s\n", signame(got));
    signal(SIGPIPE, SIG_IGN);
    show("ignored", write(p[1], "x", 1));
    show_status("default", IN_CHILD({
                    signal(SIGPIPE, SIG_DFL);
                    write(p[1], "x", 1) < 0 ? _exit(1) : _exit(2);
                }));
    MUST((fd = open("f", O_RDWR | O_CREAT, 0600)) >= 0);
    rl = (struct rlimit){5000, 5000};
    signal(SIGXFSZ, handler);
    show_status("file size", IN_CHILD({
                    MUST(setrlimit(RLIMIT_FSIZE, &rl) == 0);
                    show("partly", write(fd, block, sizeof(block)));
                    show("nothing", write(fd, block, 1));
                    printf("%s\n", signame(got));
                    show("truncate", ftruncate(fd, 6000));
                }));
    signal(SIGXFSZ, SIG_DFL);
    show_status("file size, default", IN_CHILD({
                    rl = (struct rlimit){0, 0};
                    setrlimit(RLIMIT_CORE, &rl);
                    setrlimit(RLIMIT_FSIZE, &rl);
                    pwrite(fd, block, 1, 9000) < 0 ? _exit(1) : _exit(2);
                }));
    signal(SIGXCPU, handler);
    show_status("processor time", IN_CHILD({
                    rl = (struct rlimit){1, 3};
                    /* what was used so far counts: one second from the start of this child */
                    MUST(setrlimit(RLIMIT_CPU, &rl) == 0);
                    while (got != SIGXCPU)
                        ;
                    printf("%s\n", signame(got));
                }));
    return t_end();
}
