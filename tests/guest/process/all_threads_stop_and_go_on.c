/* covers: kill tgkill wait4 */
#include "threads.h"
#include "child.h"

/* A stop is the whole process's, whichever thread takes it. */
#define N 4
static _Atomic uint64_t *counter;

static void *count(void *arg)
{
    for (;;)
        atomic_fetch_add(&counter[(long) arg], 1);
    return NULL;
}

static void run(pid_t *tids)
{
    setpgid(0, 0); /* a group that is no orphan's */
    for (long i = 1; i < N; i++)
        thread_start(count, (void *) i);
    tids[0] = gettid();
    count((void *) 0);
}

static bool moving(int i)
{
    uint64_t from = counter[i];
    for (int n = 0; n < 200; n++) {
        if (counter[i] != from)
            return true;
        sched_yield();
    }
    return false;
}

int main(void)
{
    int status;
    counter = shared_mem(T_PAGE);
    pid_t *tids = shared_mem(T_PAGE);
    pid_t pid = fork();
    if (pid == 0)
        run(tids);
    for (int i = 0; i < N; i++)
        until_moved(&counter[i], 10);
    for (int round = 0; round < 3; round++) {
        if (round == 1)
            raw(tgkill, pid, pid, SIGTSTP);
        else
            kill(pid, round ? SIGTTIN : SIGSTOP);
        MUST(waitpid(pid, &status, WUNTRACED) == pid);
        show_status("stopped", status);
        for (int i = 0; i < N; i++)
            CHECK(!moving(i));
        kill(pid, SIGCONT);
        MUST(waitpid(pid, &status, WCONTINUED) == pid);
        show_status("continued", status);
        for (int i = 0; i < N; i++)
            until_moved(&counter[i], 10);
    }
    kill(pid, SIGKILL);
    show_wait("killed", pid);
    return t_end();
}
