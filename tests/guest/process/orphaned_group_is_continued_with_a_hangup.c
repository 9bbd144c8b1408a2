/* covers: setpgid setsid kill wait4 */
/* translated: no (under the translator it does not end) */
#include "child.h"

/* When a group with stopped members is orphaned, SIGHUP and SIGCONT come; in an orphaned group SIGTSTP does nothing. */
static int *log_;

static void on_sig(int sig)
{
    __atomic_fetch_or(log_, sig == SIGHUP ? 1 : sig == SIGCONT ? 2 : 4, __ATOMIC_SEQ_CST);
}

static void member(struct gate *ready)
{
    signal(SIGHUP, on_sig);
    signal(SIGCONT, on_sig);
    gate_open(ready);
    raise(SIGTSTP); /* stops: the group has a parent outside in this session */
    while (__atomic_load_n(log_, __ATOMIC_SEQ_CST) != 3)
        pause();
    raise(SIGTSTP); /* an orphan's: nothing */
    raise(SIGTTIN);
    raise(SIGTTOU);
    __atomic_fetch_or(log_, 8, __ATOMIC_SEQ_CST);
    gate_open(ready);
    raise(SIGSTOP); /* but this one */
    _exit(5);
}

int main(void)
{
    struct gate ready;
    int status;
    gate_init(&ready);
    log_ = shared_mem(T_PAGE);
    raw(prctl, 36 /* PR_SET_CHILD_SUBREAPER */, 1, 0, 0, 0);
    pid_t leader = fork();
    if (leader == 0) {
        setsid();
        pid_t pid = fork();
        if (pid == 0) {
            setpgid(0, 0);
            member(&ready);
        }
        MUST(waitpid(pid, &status, WUNTRACED) == pid);
        show_status("member", status);
        *(log_ + 1) = pid;
        _exit(0); /* and its group is an orphan */
    }
    show_wait("leader", leader);
    gate_wait(&ready);
    gate_wait(&ready);
    pid_t pid = log_[1];
    MUST(waitpid(pid, &status, WUNTRACED) == pid);
    show_status("after what is ignored", status);
    printf("seen %d\n", __atomic_load_n(log_, __ATOMIC_SEQ_CST));
    kill(pid, SIGCONT);
    show_wait("member", pid);
    return t_end();
}
