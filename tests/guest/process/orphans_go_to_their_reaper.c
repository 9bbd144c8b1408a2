/* covers: prctl getppid wait4 */
#include <sys/prctl.h>

#include "child.h"

static volatile sig_atomic_t got;

static void on_usr1(int sig)
{
    (void) sig;
    got = 1;
}

int main(void)
{
    int *sh = shared_mem(T_PAGE), v = -1, status;
    struct gate ready;
    pid_t pid;
    gate_init(&ready);
    show("reaper", prctl(PR_SET_CHILD_SUBREAPER, 1));
    show("asked", prctl(PR_GET_CHILD_SUBREAPER, &v));
    printf("is %d\n", v);
    show("to nowhere", raw(prctl, PR_GET_CHILD_SUBREAPER, BAD_PTR, 0, 0, 0));
    MUST((pid = fork()) >= 0);
    if (pid == 0) {
        sigset_t none, usr1;
        sigemptyset(&none);
        sigemptyset(&usr1);
        sigaddset(&usr1, SIGUSR1);
        sigprocmask(SIG_BLOCK, &usr1, NULL);
        signal(SIGUSR1, on_usr1);
        pid_t parent = getpid(), orphan = fork();
        if (orphan == 0) {
            prctl(PR_SET_PDEATHSIG, SIGUSR1);
            sh[0] = getppid() == parent;
            gate_open(&ready);
            while (!got)
                sigsuspend(&none);
            sh[1] = getppid();
            _exit(8);
        }
        sh[2] = orphan;
        gate_wait(&ready);
        _exit(1);
    }
    show_wait("child", pid);
    CHECK(sh[0] == 1);
    CHECK(waitpid(-1, &status, 0) == sh[2]);
    show_status("orphan", status);
    CHECK(sh[1] == getpid());
    /* an orphan that is already dead */
    MUST((pid = fork()) >= 0);
    if (pid == 0) {
        pid_t orphan = fork();
        siginfo_t si;
        if (orphan == 0)
            _exit(9);
        waitid(P_PID, (id_t) orphan, &si, WEXITED | WNOWAIT);
        _exit(2);
    }
    int exits[16] = {0}, n = 0;
    while (waitpid(-1, &status, 0) > 0) {
        exits[WEXITSTATUS(status) & 15]++;
        n++;
    }
    printf("%d ended, %d with 2, %d with 9\n", n, exits[2], exits[9]);
    show("no reaper", prctl(PR_SET_CHILD_SUBREAPER, 0));
    return t_end();
}
