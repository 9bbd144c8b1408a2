/* covers: ptrace exit */
#include "ptrace.h"

#include <pthread.h>

static void *thread(void *arg)
{
    return arg;
}

_Noreturn static void two_threads(void)
{
    pthread_t t;
    MUST(pthread_create(&t, NULL, thread, NULL) == 0);
    syscall(SYS_exit, 0);
    __builtin_unreachable();
}

/* To where the first thread of `p` has ended, and the other one stands at its start: that one. */
static pid_t first_ends(pid_t p)
{
    ptrace(PTRACE_SETOPTIONS, p, NULL, (void *) (PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXIT));
    go_on(PTRACE_CONT, p, 0, "clone");
    pid_t c = (pid_t) message_of(p);
    show_stop("thread", next_status(c));
    go_on(PTRACE_CONT, p, 0, "exit of the first");
    MUST(ptrace(PTRACE_CONT, p, NULL, NULL) == 0);
    return c;
}

static void both(pid_t p)
{
    int status = 0;
    pid_t c = first_ends(p);
    show("nothing yet", waitpid(p, &status, WNOHANG | __WALL));
    go_on(PTRACE_CONT, c, 0, "exit of the other");
    show("nothing yet", waitpid(p, &status, WNOHANG | __WALL));
    go_on(PTRACE_CONT, c, 0, "end of the other");
    show_stop("end", next_status(p));
}

/* Who traces is no parent. */
static void stranger(bool killed)
{
    struct gate go;
    gate_init(&go);
    pid_t p = fork();
    MUST(p >= 0);
    if (p == 0) {
        let_trace();
        gate_wait(&go);
        two_threads();
    }
    pid_t tracer = fork();
    MUST(tracer >= 0);
    if (tracer == 0) {
        MUST(ptrace(PTRACE_ATTACH, p, NULL, NULL) == 0);
        show_stop("attached", next_status(p));
        gate_open(&go);
        if (!killed)
            both(p);
        else if (first_ends(p) > 0)
            raise(SIGKILL);
        _exit(0);
    }
    show_stop("tracer", reap(tracer));
    show_stop("child", reap(p));
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    both(TRACED(two_threads()));
    stranger(false);
    stranger(true);
}
