/* covers: ptrace execve */
#include "ptrace.h"

/* The parent executes another image before, or while, its child becomes its tracee: that one is told of the stop all the same. */
int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc == 3) {
        pid_t p = atoi(argv[1]);
        close(atoi(argv[2])); /* the child goes on */
        int status = -1;
        pid_t told = waitpid(-1, &status, 0);
        printf("the child: %d\n", told == p);
        show_stop("told", status);
        go_on(PTRACE_CONT, p, 0, "its end");
        return 0;
    }
    int fd[2];
    char text[2][16], c;
    MUST(pipe(fd) == 0);
    for (int late = 0; late < 2; late++) {
        fflush(stdout);
        pid_t outer = fork();
        MUST(outer >= 0);
        if (outer == 0) {
            pid_t p = fork();
            MUST(p >= 0);
            if (p == 0) {
                close(fd[1]);
                while (late && read(fd[0], &c, 1) > 0)
                    ;
                MUST(ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0);
                raise(SIGSTOP);
                _exit(4);
            }
            snprintf(text[0], sizeof text[0], "%d", (int) p);
            snprintf(text[1], sizeof text[1], "%d", fd[1]);
            execl("/proc/self/exe", argv[0], text[0], text[1], NULL);
            MUST(false);
        }
        if (late)
            close(fd[1]);
        show("end", reap(outer));
    }
}
