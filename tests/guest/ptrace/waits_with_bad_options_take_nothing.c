/* covers: wait4 waitid ptrace */
#include "ptrace.h"

static void try(pid_t p, const char *what, long r)
{
    siginfo_t si = {0};
    show(what, r);
    MUST(waitid(P_PID, (id_t) p, &si, WSTOPPED | WNOHANG | WNOWAIT) == 0);
    printf("%s\n", si.si_pid == p ? "is to be told still" : "was told");
}

int main(void)
{
    siginfo_t si;
    int status;
    pid_t p = fork();
    MUST(p >= 0);
    if (p == 0) {
        MUST(ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0);
        raise(SIGSTOP);
        _exit(3);
    }
    MUST(waitid(P_PID, (id_t) p, &si, WSTOPPED | WNOWAIT) == 0);
    try(p, "waitid for nothing", raw(waitid, P_ALL, 0, &si, 0, NULL));
    try(p, "waitid for nothing, now", raw(waitid, P_PID, p, &si, WNOHANG | __WALL, NULL));
    try(p, "waitid, what it does not know", raw(waitid, P_ALL, 0, &si, WSTOPPED | 0x10, NULL));
    try(p, "waitid by what it does not know", raw(waitid, 9, p, &si, WSTOPPED, NULL));
    try(p, "wait4 and WNOWAIT", raw(wait4, p, &status, WNOWAIT, NULL));
    try(p, "wait4 and WEXITED", raw(wait4, p, &status, WEXITED | WNOHANG, NULL));
    try(p, "wait4, what it does not know", raw(wait4, -1, &status, 0x10, NULL));
    MUST(raw(wait4, p, &status, WUNTRACED | WCONTINUED | WNOHANG | __WNOTHREAD | __WALL | __WCLONE, NULL) == p);
    show_stop("stop", status);
    go_on(PTRACE_CONT, p, 0, "end");
    show("nobody left, what it does not know", raw(wait4, -1, &status, 0x10, NULL));
    show("nobody left, for nothing", raw(waitid, P_ALL, 0, NULL, 0, NULL));
    return t_end();
}
