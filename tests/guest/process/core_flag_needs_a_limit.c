/* covers: prlimit64 prctl wait4 */
#include <sys/prctl.h>
#include <sys/resource.h>

#include "child.h"

/* With a limit of 0 no signal dumps core, and the status says so. */
int main(void)
{
    static const int sigs[] = {SIGABRT, SIGQUIT, SIGSEGV, SIGILL, SIGFPE,  SIGBUS,  SIGTRAP, SIGSYS,
                               SIGXCPU, SIGXFSZ, SIGTERM, SIGHUP, SIGPIPE, SIGUSR1, 40};
    struct rlimit none = {0, 0};
    siginfo_t si;
    scratch();
    MUST(setrlimit(RLIMIT_CORE, &none) == 0);
    for (unsigned i = 0; i < ARRAY_SIZE(sigs); i++) {
        pid_t pid = fork();
        if (pid == 0) {
            raise(sigs[i]);
            _exit(0);
        }
        memset(&si, 0, sizeof(si));
        MUST(waitid(P_PID, (id_t) pid, &si, WEXITED | WNOWAIT) == 0);
        int status = reap(pid);
        printf("%s: code %d status %d, core %d\n", signame(sigs[i]), si.si_code, si.si_status, WCOREDUMP(status));
    }
    show("dumpable", prctl(PR_GET_DUMPABLE));
    show("set", prctl(PR_SET_DUMPABLE, 0));
    show("dumpable", prctl(PR_GET_DUMPABLE));
    show("2", prctl(PR_SET_DUMPABLE, 2));
    show("1", prctl(PR_SET_DUMPABLE, 1));
    return t_end();
}
