/* covers: write rt_sigaction fork wait4 */
#include "t.h"

int main(void)
{
    int p[2];
    pid_t pid;

    MUST(pipe(p) == 0);
    close(p[0]);
    pid = fork();
    if (pid == 0) {
        write(p[1], "x", 1) < 0 ? _exit(1) : _exit(2);
    }
    show_wait("default", pid);
    pid = fork();
    if (pid == 0) {
        signal(SIGPIPE, SIG_IGN);
        _exit(write(p[1], "x", 1) == -1 && errno == EPIPE ? 10 : 11);
    }
    show_wait("ignored", pid);
    signal(SIGPIPE, SIG_IGN);
    show("write", write(p[1], "x", 1));
    show("write nothing", write(p[1], "x", 0));
    return t_end();
}
