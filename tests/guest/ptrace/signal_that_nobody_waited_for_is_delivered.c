/* covers: ptrace waitid */
#include "ptrace.h"

enum know { WAITED_FOR, KNOWN, DETACHED };

/* What a stop is for is left to the tracee when its tracer ends, unless that one has waited for the stop: to know of it is not enough. */
static void after(const char *what, int options, int request, enum know know, bool killed)
{
    static const char *const how[] = {"waited for", "known", "let go of"};
    siginfo_t si;
    pid_t p = pauses(), tracer = fork();
    MUST(tracer >= 0);
    if (tracer == 0) {
        MUST(ptrace(PTRACE_SEIZE, p, NULL, (void *) (long) options) == 0);
        if (request) {
            MUST(ptrace(PTRACE_INTERRUPT, p, NULL, NULL) == 0);
            MUST(WIFSTOPPED(next_status(p)));
            MUST(ptrace(request, p, NULL, NULL) == 0);
        } else {
            MUST(kill(p, SIGTERM) == 0);
        }
        MUST(waitid(P_PID, (id_t) p, &si, WSTOPPED | WEXITED | (know == WAITED_FOR ? 0 : WNOWAIT)) == 0);
        if (know == DETACHED)
            MUST(ptrace(PTRACE_DETACH, p, NULL, NULL) == 0);
        if (killed)
            raise(SIGKILL);
        _exit(0);
    }
    MUST(waitid(P_PID, (id_t) tracer, &si, WEXITED) == 0);
    until_state(p, p, "SZ"); /* what it stopped for has ended it, or it pauses again */
    MUST(kill(p, SIGUSR1) == 0);
    printf("%s, %s by one that %s\n", what, how[know], killed ? "is killed" : "exits");
    show_stop("the tracee", next_status(p));
    fflush(stdout);
}

int main(void)
{
    for (int killed = 0; killed < 2; killed++)
        for (enum know know = WAITED_FOR; know <= DETACHED; know++) {
            after("signal", 0, 0, know, killed);
            after("call", 0, PTRACE_SYSCALL, know, killed);
            after("call told apart", PTRACE_O_TRACESYSGOOD, PTRACE_SYSCALL, know, killed);
        }
    return t_end();
}
