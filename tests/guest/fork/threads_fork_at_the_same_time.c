/* covers: fork wait4 */
#include "child.h"
#include "threads.h"

static volatile long shared_counter;

static void *forks(void *arg)
{
    int me = (int) (intptr_t) arg, bad = 0;
    volatile int local = me * 1000;
    for (int i = 0; i < 25; i++) {
        local++;
        pid_t pid = fork();
        if (pid < 0)
            return (void *) 1000;
        if (pid == 0)
            _exit(local == me * 1000 + i + 1 && raw(gettid) == getpid() ? me + 1 : 99);
        shared_counter++;
        int status = reap(pid);
        bad += !WIFEXITED(status) || WEXITSTATUS(status) != me + 1;
    }
    return (void *) (intptr_t) bad;
}

int main(void)
{
    pthread_t th[4];
    for (int i = 0; i < 4; i++)
        th[i] = thread_start(forks, (void *) (intptr_t) i);
    for (int i = 0; i < 4; i++)
        printf("thread %d: %ld bad\n", i, (long) (intptr_t) thread_join(th[i]));
    show("nobody is left", waitpid(-1, NULL, 0));
    return t_end();
}
