/* covers: execve setrlimit */
/* A thread takes from, and adds to, whatever comes at the next free numbers while another executes a program, where no file may be made for what the
 * supervisor has to remember: the program starts, or its process is killed. Its arguments never become the supervisor's. */
#include "child.h"
#include "threads.h"
#include <sys/resource.h>

static int next;

static void *spoil(void *arg)
{
    char buf[64];
    for (;;) {
        ssize_t n = read(next, buf, sizeof buf);
        if (arg)
            n = write(next + 1, buf, 1);
        (void) n;
    }
    return arg;
}

int main(int argc, char **argv)
{
    int wrong = 0;
    if (argc > 1)
        return printf("program\n") < 0;
    for (int i = 0; i < how_often(150, 1000); i++) {
        char text[64] = "";
        int p[2];
        MUST(pipe(p) == 0);
        pid_t pid = fork();
        MUST(pid >= 0);
        if (pid == 0) {
            struct rlimit none = {0, 0};
            MUST(setrlimit(RLIMIT_FSIZE, &none) == 0 && dup2(p[1], 1) == 1);
            close(p[0]);
            close(p[1]);
            next = dup(1);
            close(next);
            thread_start(spoil, i & 1 ? argv : NULL);
            execl("/proc/self/exe", argv[0], "--version", NULL);
            _exit(9);
        }
        close(p[1]);
        ssize_t n = read(p[0], text, sizeof text - 1);
        close(p[0]);
        int status = reap(pid);
        if (n > 0 ? strcmp(text, "program\n") || status : !WIFSIGNALED(status))
            wrong++;
    }
    CHECK(!wrong);
    return t_end();
}
