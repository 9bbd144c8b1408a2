/* covers: vfork fork kill exit */
/* svm: no (killer and victim want a processor each) */
/* A child that shares memory is killed while it waits for one of its own; the forks of who is left are theirs alone. */
#pragma GCC diagnostic ignored "-Wclobbered"
#include "threads.h"

static atomic_int victim;
static atomic_bool stop;

static void *killer(void *arg)
{
    for (unsigned i = 0; !atomic_load(&stop); sched_yield()) {
        int pid = atomic_exchange(&victim, 0);
        if (!pid)
            continue;
        nanosleep(&(struct timespec){.tv_nsec = i++ % 40 * 100000}, NULL);
        kill(pid, SIGKILL);
    }
    return arg;
}

int main(void)
{
    pthread_t th = thread_start(killer, NULL);
    int killed = 0, status;
    alarm(100);
    for (int i = 0; i < 80; i++) {
        pid_t pid = vfork();
        if (pid == 0) {
            atomic_store(&victim, getpid());
            for (;;) {
                long child = raw(fork);
                if (child == 0)
                    raw(exit_group, 0);
                raw(wait4, child, NULL, 0, NULL);
            }
        }
        MUST(waitpid(pid, &status, 0) == pid);
        killed += WIFSIGNALED(status);
        pid_t own = fork();
        MUST(own >= 0);
        if (own == 0)
            _exit(i);
        MUST(waitpid(own, &status, 0) == own);
        MUST(WIFEXITED(status) && WEXITSTATUS(status) == i);
    }
    atomic_store(&stop, true);
    thread_join(th);
    show("killed", killed);
    return t_end();
}
