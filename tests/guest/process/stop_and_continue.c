/* covers: kill wait4 rt_sigaction setsid */
#include "child.h"

static volatile sig_atomic_t conts;

static void on_cont(int sig)
{
    (void) sig;
    conts++;
}

int main(void)
{
    static const int stops[] = {SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU};
    struct gate go, ready;
    int status;
    gate_init(&go);
    gate_init(&ready);
    for (unsigned i = 0; i < ARRAY_SIZE(stops); i++) {
        pid_t pid = fork();
        MUST(pid >= 0);
        if (pid == 0) {
            MUST(setpgid(0, 0) == 0);
            signal(SIGCONT, on_cont);
            gate_open(&ready);
            gate_wait(&go);
            while (!conts)
                pause();
            _exit(conts);
        }
        /* a group that is an orphan does not stop for SIGTSTP: this one has its parent's session */
        gate_wait(&ready);
        kill(pid, stops[i]);
        CHECK(waitpid(pid, &status, WUNTRACED) == pid);
        show_status(signame(stops[i]), status);
        /* nothing runs while it is stopped, not even a handler, but SIGKILL and SIGCONT are obeyed */
        kill(pid, SIGUSR1);
        show("stays stopped", waitpid(pid, &status, WNOHANG));
        if (i == 1) {
            kill(pid, SIGKILL);
            show_wait("killed", pid);
            continue;
        }
        if (i == 2) {
            kill(pid, SIGCONT);
            show_wait("then SIGUSR1 is due", pid);
            continue;
        }
        kill(pid, SIGKILL);
        show_wait("killed", pid);
    }
    /* what makes no system calls stops as well */
    int *sh = shared_mem(T_PAGE);
    pid_t pid = fork();
    if (pid == 0) {
        signal(SIGCONT, on_cont);
        for (;;)
            __atomic_add_fetch(sh, 1, __ATOMIC_SEQ_CST);
    }
    while (__atomic_load_n(sh, __ATOMIC_SEQ_CST) < 1000)
        sched_yield();
    kill(pid, SIGSTOP);
    CHECK(waitpid(pid, &status, WUNTRACED) == pid);
    int seen = __atomic_load_n(sh, __ATOMIC_SEQ_CST);
    for (int i = 0; i < 1000; i++)
        sched_yield();
    CHECK(__atomic_load_n(sh, __ATOMIC_SEQ_CST) == seen);
    kill(pid, SIGCONT);
    while (__atomic_load_n(sh, __ATOMIC_SEQ_CST) < seen + 1000)
        sched_yield();
    kill(pid, SIGTERM);
    show_wait("spinner", pid);
    return t_end();
}
