/* covers: ptrace seccomp */
#include <linux/capability.h>

#include "../filter.h"
#include "../ptrace.h"

#ifndef PTRACE_O_SUSPEND_SECCOMP
#define PTRACE_O_SUSPEND_SECCOMP (1 << 21)
#endif
#define ALL (PTRACE_O_SUSPEND_SECCOMP | PTRACE_O_EXITKILL)

/* PTRACE_O_SUSPEND_SECCOMP: for the privileged, who are under no filter themselves. */

static void ask(const char *when)
{
    long r = raw(getpgid, 0);
    printf("%s: %s\n", when, r > 0 ? "made" : errname(errno));
}

static long options(pid_t p, long which)
{
    return raw(ptrace, PTRACE_SETOPTIONS, p, 0, which);
}

/* To its next SIGSTOP. */
static void to_the_next(pid_t p)
{
    int status;
    do {
        MUST(ptrace(PTRACE_CONT, p, NULL, NULL) == 0);
        status = next_status(p);
    } while (WIFSTOPPED(status) && WSTOPSIG(status) == SIGCHLD);
    show_stop("next", status);
}

static void a_filter(void)
{
    pid_t p = TRACED({
        no_new_privs();
        MUST(filter_one(0, SYS_getpgid, ERRNO(77)) == 0);
        ask("before");
        raise(SIGSTOP);
        ask("suspended");
        pid_t child = fork();
        if (child == 0) {
            ask("child");
            _exit(0);
        }
        waitpid(child, NULL, 0);
        raise(SIGSTOP);
        ask("after");
        raise(SIGSTOP);
        ask("suspended again");
        raise(SIGSTOP);
        ask("without a tracer");
    });
    to_the_next(p);
    show("suspend", options(p, ALL));
    show("and what there is not", options(p, ALL | 1 << 30));
    to_the_next(p);
    show("no more", options(p, PTRACE_O_EXITKILL));
    to_the_next(p);
    show("suspend", options(p, ALL));
    to_the_next(p);
    MUST(raw(ptrace, PTRACE_DETACH, p, 0, 0) == 0);
    show_stop("end", next_status(p));
}

static void strict(void)
{
    pid_t p = TRACED({
        MUST(raw(prctl, PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0, 0, 0) == 0);
        ask("strict");
        raw(exit, 5);
    });
    show("suspend", options(p, ALL));
    show_stop("end", (ptrace(PTRACE_CONT, p, 0, 0), next_status(p)));
}

static void with_seize(void)
{
    pid_t p = pauses();
    show("seize", raw(ptrace, PTRACE_SEIZE, p, 0, PTRACE_O_SUSPEND_SECCOMP));
    kill(p, SIGKILL);
    show_stop("end", next_status(p));
}

/* Its tracer is killed while it runs. */
static void orphaned(void)
{
    struct gate ready, go;
    int out[2];
    char c = 0;
    gate_init(&ready);
    gate_init(&go);
    MUST(pipe(out) == 0);
    pid_t tracer = fork();
    if (tracer == 0) {
        pid_t p = TRACED({
            no_new_privs();
            MUST(filter_one(0, SYS_getpgid, ERRNO(77)) == 0);
            ask("before");
            gate_open(&ready);
            gate_wait(&go);
            ask("without a tracer");
            MUST(write(out[1], "x", 1) == 1);
        });
        show("suspend", options(p, PTRACE_O_SUSPEND_SECCOMP));
        ptrace(PTRACE_CONT, p, 0, 0);
        next_status(p);
        _exit(0);
    }
    gate_wait(&ready);
    kill(tracer, SIGKILL);
    show_stop("tracer", next_status(tracer));
    gate_open(&go);
    MUST(read(out[0], &c, 1) == 1);
}

static void not_by_everybody(void)
{
    pid_t p = TRACED({});
    if (raw(prctl, PR_CAPBSET_READ, CAP_SYS_ADMIN, 0, 0, 0) > 0) {
        no_new_privs();
        MUST(filter_one(0, SYS_getpgid, SECCOMP_RET_ALLOW) == 0);
        show("under a filter", options(p, ALL));
    }
    kill(p, SIGKILL);
    show_stop("end", next_status(p));
    if (geteuid() == 0)
        MUST(setresuid(65534, 65534, 65534) == 0 && prctl(PR_SET_DUMPABLE, 1) == 0);
    p = TRACED({});
    show("unprivileged", options(p, ALL));
    kill(p, SIGKILL);
    show_stop("end", next_status(p));
}

int main(void)
{
    a_filter();
    strict();
    with_seize();
    orphaned();
    not_by_everybody();
    return t_end();
}
