/* covers: fork execve */
#include "child.h"
#include "threads.h"

/* In a child: one thread forks without end, another execs. Whoever was forked ends by itself, and the program that was
 * started is the only one left. */
static void *forks(void *arg)
{
    (void) arg;
    for (;;) {
        pid_t pid = fork();
        if (pid == 0)
            _exit(0);
        if (pid > 0)
            waitpid(pid, NULL, 0);
    }
    return NULL;
}

int main(void)
{
    int bad = 0;
    for (int i = 0; i < 15; i++) {
        int status = IN_CHILD({
            pthread_t th[2];
            for (int k = 0; k < 2; k++)
                th[k] = thread_start(forks, NULL);
            for (int k = 0; k < i; k++)
                sched_yield();
            (void) th;
            execl("/bin/sh", "sh", "-c", "exit 23", (char *) NULL);
        });
        bad += !WIFEXITED(status) || WEXITSTATUS(status) != 23;
    }
    printf("%d bad\n", bad);
    return t_end();
}
