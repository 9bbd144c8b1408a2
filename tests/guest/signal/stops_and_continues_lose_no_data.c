/* covers: kill read write wait4 */
#include "child.h"

/* A pipe's reader and writer are stopped and continued all the time: every byte comes, in order. */
int main(void)
{
    int p[2], status;
    MUST(pipe(p) == 0);
    pid_t w = fork();
    if (w == 0) {
        close(p[0]);
        for (uint32_t i = 0; i < 3000; i++)
            MUST(write(p[1], &i, 4) == 4);
        _exit(0);
    }
    pid_t r = fork();
    if (r == 0) {
        uint32_t v, n = 0;
        close(p[1]);
        while (read(p[0], &v, 4) == 4)
            if (v != n++)
                _exit(1);
        _exit(n == 3000 ? 0 : 2);
    }
    close(p[0]);
    close(p[1]);
    int done = 0;
    for (int i = 0; done < 2; i++) {
        pid_t pid = i & 1 ? r : w;
        if (kill(pid, SIGSTOP) == 0 && waitpid(pid, &status, WUNTRACED) == pid) {
            if (!WIFSTOPPED(status)) {
                printf("ended with %d\n", status);
                done++;
                continue;
            }
            kill(pid, SIGCONT);
        }
        for (int n = 0; n < 20; n++)
            sched_yield();
    }
    return t_end();
}
