/* covers: fork */
/* only: static-musl (once is enough: thousands of processes) */
/* svm: no (thousands of forks) */
/* Each child forks the next and waits no longer: no number runs out, however many generations there are. */
#include "t.h"
#include <sys/prctl.h>

#define GENERATIONS 1300

int main(void)
{
    int done[2];
    int last = 0;

    MUST(pipe(done) == 0);
    MUST(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
    pid_t pid = fork();
    MUST(pid >= 0);
    if (pid == 0) {
        for (int i = 1; i <= GENERATIONS; i++) {
            pid = fork();
            if (pid > 0)
                _exit(0);
            if (pid < 0 || i == GENERATIONS) {
                last = pid < 0 ? -i : i;
                MUST(write(done[1], &last, sizeof last) == sizeof last);
                _exit(0);
            }
        }
    }
    close(done[1]);
    MUST(read(done[0], &last, sizeof last) == sizeof last);
    show("generations", last);
    int n = 0;
    while (waitpid(-1, NULL, 0) > 0)
        n++;
    show("ended", n);
    return t_end();
}
