/* covers: ptrace wait4 */
/* Of two that have stopped the tracer's own child is told of first. */
#include "ptrace.h"

int main(void)
{
    pid_t p = TRACED(if (fork() == 0) _exit(0));
    ptrace(PTRACE_SETOPTIONS, p, NULL, (void *) PTRACE_O_TRACEFORK);
    ptrace(PTRACE_CONT, p, NULL, NULL);
    siginfo_t si;
    MUST(waitid(P_PID, (id_t) p, &si, WSTOPPED | WNOWAIT) == 0);
    pid_t k = (pid_t) message_of(p);
    MUST(waitid(P_PID, (id_t) k, &si, WSTOPPED | WNOWAIT | __WALL) == 0);
    int status;
    printf("parent first: %d\n", waitpid(-1, &status, __WALL) == p);
    show_stop("it", status);
    printf("then its child: %d\n", waitpid(-1, &status, __WALL) == k);
    show_stop("it", status);
    go_on(PTRACE_CONT, k, 0, "child ends");
    ptrace(PTRACE_CONT, p, NULL, NULL);
    while (WIFSTOPPED(status = next_status(p)))
        ptrace(PTRACE_CONT, p, NULL, NULL);
    show_stop("end", status);
}
