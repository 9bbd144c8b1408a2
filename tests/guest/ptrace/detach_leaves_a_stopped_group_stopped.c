/* covers: ptrace wait4 */
/* A group that has stopped under a tracer stays so when that one lets it go, or ends: its parent is told, and SIGCONT ends it. */
#include "ptrace.h"

enum way { DETACHES, ENDS, WAYS };

static void stop_and_leave(pid_t p, int sig, enum way way)
{
    MUST(ptrace(PTRACE_SEIZE, p, NULL, NULL) == 0);
    MUST(kill(p, sig) == 0);
    show_stop("signal", next_status(p));
    go_on(PTRACE_CONT, p, sig, "group");
    if (way == DETACHES)
        MUST(ptrace(PTRACE_DETACH, p, NULL, NULL) == 0);
}

static void parent(pid_t p)
{
    int status;
    MUST(waitpid(p, &status, WUNTRACED) == p);
    show_status("parent is told", status);
    MUST(kill(p, SIGCONT) == 0);
    MUST(waitpid(p, &status, WCONTINUED) == p);
    show_status("then", status);
    MUST(kill(p, SIGTERM) == 0);
    show_wait("end", p);
}

int main(void)
{
    static const int sigs[] = {SIGSTOP, SIGTSTP};
    for (unsigned i = 0; i < ARRAY_SIZE(sigs); i++) {
        pid_t p = pauses();
        MUST(setpgid(p, p) == 0);
        stop_and_leave(p, sigs[i], DETACHES);
        parent(p);
        for (enum way way = DETACHES; way < WAYS; way++) {
            p = pauses();
            MUST(setpgid(p, p) == 0);
            show_status("tracer", IN_CHILD(stop_and_leave(p, sigs[i], way)));
            parent(p);
        }
    }
    return t_end();
}
