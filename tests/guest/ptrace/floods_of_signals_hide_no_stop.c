/* covers: ptrace rt_tgsigqueueinfo */
/* Signals of whichever number, code and value come to the tracer all the time: each stop still makes its SIGCHLD and is told by wait. */
#include <sys/prctl.h>

#include "ptrace.h"

enum { STOPS = 200 };

/* Ends with its target, whose number may be another process's soon. */
static void flood(pid_t pid, pid_t tid, int sig)
{
    MUST(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == pid);
    for (unsigned n = 0;; n++) {
        siginfo_t si;
        memset(&si, 0, sizeof si);
        si.si_signo = sig;
        si.si_code = n & 1 ? SI_QUEUE : (int) 0xce1f05e0;
        si.si_pid = (int) (n & 2 ? tid : getpid());
        si.si_value.sival_ptr = (void *) (uintptr_t) (n * 8);
        syscall(SYS_rt_tgsigqueueinfo, pid, tid, sig, &si);
        syscall(SYS_tgkill, pid, tid, sig);
    }
}

int main(void)
{
    sigset_t set;
    pid_t self = getpid(), flooder[2];
    signal(SIGBUS, SIG_IGN);
    signal(SIGSEGV, SIG_IGN);
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    MUST(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
    for (int i = 0; i < 2; i++) {
        flooder[i] = fork();
        MUST(flooder[i] >= 0);
        if (flooder[i] == 0)
            flood(self, self, i ? SIGBUS : SIGSEGV);
    }
    pid_t p = fork();
    MUST(p >= 0);
    if (p == 0) {
        MUST(ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0);
        for (int i = 0; i < STOPS; i++)
            raise(SIGUSR1);
        _exit(7);
    }
    int stops = 0, others = 0, status = 0;
    for (;;) {
        siginfo_t si;
        MUST(sigwaitinfo(&set, &si) == SIGCHLD);
        if (si.si_pid != p || si.si_code != CLD_TRAPPED)
            others++;
        MUST(waitpid(-1, &status, WNOHANG | __WALL) == p);
        if (!WIFSTOPPED(status))
            break;
        stops += WSTOPSIG(status) == SIGUSR1;
        MUST(ptrace(PTRACE_CONT, p, NULL, NULL) == 0);
    }
    printf("stops: %d, others: %d\n", stops, others);
    show_stop("end", status);
    for (int i = 0; i < 2; i++) {
        kill(flooder[i], SIGKILL);
        show_stop("flooder", next_status(flooder[i]));
    }
}
