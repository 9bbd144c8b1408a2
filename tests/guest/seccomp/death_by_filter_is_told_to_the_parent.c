/* covers: seccomp waitid wait4 */
#include <sys/resource.h>

#include "../filter.h"

static void on_sys(int sig)
{
    printf("handler of %s\n", signame(sig));
}

static void die(const char *name, uint32_t action, int how)
{
    siginfo_t si = {0};
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        if (how == 1)
            signal(SIGSYS, SIG_IGN);
        if (how == 2)
            signal(SIGSYS, on_sys);
        if (how == 3) {
            sigset_t all;
            sigfillset(&all);
            sigprocmask(SIG_SETMASK, &all, NULL);
        }
        MUST(filter_one(0, SYS_getppid, action) == 0);
        syscall(SYS_getppid);
        _exit(3);
    }
    MUST(raw(waitid, P_PID, pid, &si, WEXITED | WNOWAIT, 0) == 0);
    MUST(waitpid(pid, &status, 0) == pid);
    printf("%s: code %d status %d, %x\n", name, si.si_code, si.si_status, status);
}

int main(void)
{
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    no_new_privs();
    die("kill process", SECCOMP_RET_KILL_PROCESS, 0);
    die("kill process, ignored", SECCOMP_RET_KILL_PROCESS, 1);
    die("kill process, handler", SECCOMP_RET_KILL_PROCESS, 2);
    die("kill process, blocked", SECCOMP_RET_KILL_PROCESS, 3);
    die("kill the only thread", SECCOMP_RET_KILL_THREAD, 0);
    die("kill the only thread, handler", SECCOMP_RET_KILL_THREAD, 2);
    die("trap, default", SECCOMP_RET_TRAP, 0);
    die("trap, ignored", SECCOMP_RET_TRAP, 1);
    die("trap, handler", SECCOMP_RET_TRAP, 2);
    die("trap, blocked", SECCOMP_RET_TRAP, 3);
    die("no such action", 0x12340000, 0);
    die("no such action, the smallest", 0x80010000, 2);
    die("trace without a tracer", SECCOMP_RET_TRACE, 0);
    die("ask without a listener", SECCOMP_RET_USER_NOTIF, 0);
    die("log", SECCOMP_RET_LOG, 0);
    return t_end();
}
