/* covers: clone wait4 waitid */
#include "told.h"

#ifndef __WALL
#define __WALL 0x40000000
#define __WCLONE 0x80000000
#endif

static pid_t start(int sig)
{
    pid_t pid = (pid_t) raw(clone, sig, 0, 0, 0, 0);
    if (pid == 0)
        _exit(3);
    return pid;
}

static void once(const char *name, int sig)
{
    int status = 0;
    pid_t pid = start(sig);
    MUST(pid > 0);
    siginfo_t si;
    MUST(raw(waitid, P_PID, pid, &si, WEXITED | WNOWAIT | __WALL, NULL) == 0);
    printf("%s: waitid %s code %d status %d\n", name, signame(si.si_signo), si.si_code, si.si_status);
    long r = waitpid(pid, &status, WNOHANG);
    printf("  plain: %s\n", r < 0 ? errname(errno) : "ok");
    if (r < 0) {
        r = waitpid(pid, &status, (int) __WCLONE);
        printf("  clone: %s\n", r < 0 ? errname(errno) : "ok");
    }
    printf("  status %x\n", status);
    if (sig && sig != SIGCHLD)
        show_pending("  signal", sig, pid);
    show_pending("  SIGCHLD", SIGCHLD, pid);
}

int main(void)
{
    told_block(SIGCHLD);
    told_block(SIGUSR1);
    told_block(40);
    once("SIGCHLD", SIGCHLD);
    once("none", 0);
    once("SIGUSR1", SIGUSR1);
    once("real-time", 40);
    return t_end();
}
