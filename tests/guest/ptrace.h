/* Shared by the ptrace cases: a child that is traced, and what its stops are. */
#ifndef PTRACE_CASE_H
#define PTRACE_CASE_H

#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

#include "child.h"

/* Status words as text that holds no numbers of processes. */
T_UNUSED static void show_stop(const char *what, int status)
{
    if (WIFSTOPPED(status))
        printf("%s: stopped by %d, event %d\n", what, WSTOPSIG(status), status >> 16);
    else if (WIFEXITED(status))
        printf("%s: exited with %d\n", what, WEXITSTATUS(status));
    else if (WIFSIGNALED(status))
        printf("%s: killed by %d\n", what, WTERMSIG(status));
    else
        printf("%s: status %x\n", what, (unsigned) status);
}

/* Who is no ancestor may trace this process even where Yama's ptrace_scope is on. */
T_UNUSED static void let_trace(void)
{
    prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
}

/* A child that only waits for signals, and that anybody may trace. */
T_UNUSED static pid_t pauses(void)
{
    struct gate ready;
    gate_init(&ready);
    pid_t p = fork();
    MUST(p >= 0);
    if (p == 0) {
        let_trace();
        gate_open(&ready);
    }
    for (; p == 0;)
        pause();
    gate_wait(&ready);
    close(ready.fd[0]);
    close(ready.fd[1]);
    return p;
}

/* The next status of `pid`, whichever thread or process that is. */
T_UNUSED static int next_status(pid_t pid)
{
    int status = -1;
    while (waitpid(pid, &status, __WALL) < 0)
        if (errno != EINTR)
            return -1;
    return status;
}

/* A child that runs these lines as a tracee and has stopped by SIGSTOP before them. */
#define TRACED(...)                                                                                                    \
    ({                                                                                                                 \
        pid_t traced_ = fork();                                                                                        \
        MUST(traced_ >= 0);                                                                                            \
        if (traced_ == 0) {                                                                                            \
            MUST(ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0);                                                          \
            raise(SIGSTOP);                                                                                            \
            __VA_ARGS__;                                                                                               \
            _exit(0);                                                                                                  \
        }                                                                                                              \
        show_stop("first stop", next_status(traced_));                                                                 \
        traced_;                                                                                                       \
    })

/* Go on in this way, and say where it stops next. */
T_UNUSED static int go_on(int request, pid_t pid, int sig, const char *what)
{
    if (ptrace(request, pid, NULL, (void *) (long) sig)) {
        show("go on", -1);
        return -1;
    }
    int status = next_status(pid);
    show_stop(what, status);
    return status;
}

T_UNUSED static struct user_regs_struct regs_of(pid_t pid)
{
    struct user_regs_struct r;
    memset(&r, 0, sizeof r);
    MUST(ptrace(PTRACE_GETREGS, pid, NULL, &r) == 0);
    return r;
}

/* Some hypervisors let debug registers be set, and nothing comes of it. */
T_UNUSED static bool watchpoints_work(void)
{
    static volatile long word;
    int status = -1;
    pid_t p = fork();
    MUST(p >= 0);
    if (p == 0) {
        MUST(ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0);
        raise(SIGSTOP);
        word = 1;
        _exit(0);
    }
    MUST(waitpid(p, &status, 0) == p && WIFSTOPPED(status));
    const size_t at = offsetof(struct user, u_debugreg);
    MUST(ptrace(PTRACE_POKEUSER, p, (void *) at, (void *) (uintptr_t) &word) == 0);
    MUST(ptrace(PTRACE_POKEUSER, p, (void *) (at + 56), (void *) (1 | 9ul << 16)) == 0);
    MUST(ptrace(PTRACE_CONT, p, NULL, NULL) == 0 && waitpid(p, &status, 0) == p);
    const bool stopped = WIFSTOPPED(status);
    if (stopped) {
        kill(p, SIGKILL);
        MUST(waitpid(p, &status, 0) == p);
    } else {
        printf("nothing that is watched for stops it\n");
    }
    return stopped;
}

/* A child that has come to wait at `end`, and exits with 8 when it opens. */
T_UNUSED static pid_t waiting_child(struct gate *end)
{
    struct gate ready;
    gate_init(end);
    gate_init(&ready);
    pid_t p = fork();
    MUST(p >= 0);
    if (p == 0) {
        gate_open(&ready);
        gate_wait(end);
        _exit(8);
    }
    gate_wait(&ready);
    return p;
}

T_UNUSED static void set_regs(pid_t pid, struct user_regs_struct r)
{
    MUST(ptrace(PTRACE_SETREGS, pid, NULL, &r) == 0);
}

T_UNUSED static void show_info(const char *what, pid_t pid)
{
    siginfo_t si;
    memset(&si, 0, sizeof si);
    if (ptrace(PTRACE_GETSIGINFO, pid, NULL, &si))
        show(what, -1);
    else
        printf("%s: signal %d, code %d, %s\n", what, si.si_signo, si.si_code,
               si.si_pid == pid ? "of its own" : "not of its own");
}

T_UNUSED static unsigned long message_of(pid_t pid)
{
    unsigned long m = 0;
    MUST(ptrace(PTRACE_GETEVENTMSG, pid, NULL, &m) == 0);
    return m;
}

#endif
