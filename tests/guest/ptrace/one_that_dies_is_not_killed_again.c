/* covers: ptrace kill exit exit_group */
#include "ptrace.h"
#include "threads.h"

/* At the stop of its exit: another SIGKILL changes nothing any more. */
static void kill_again(const char *what, pid_t p)
{
    unsigned long m = 0;
    puts(what);
    show_stop("exit", next_status(p));
    MUST(kill(p, SIGKILL) == 0);
    show("message", ptrace(PTRACE_GETEVENTMSG, p, NULL, &m));
    printf("%lx\n", m);
    MUST(syscall(SYS_tgkill, p, p, SIGKILL) == 0);
    show("go on", ptrace(PTRACE_CONT, p, NULL, NULL));
    show_stop("end", next_status(p));
}

static pid_t going(pid_t p)
{
    MUST(ptrace(PTRACE_SETOPTIONS, p, NULL, (void *) PTRACE_O_TRACEEXIT) == 0);
    MUST(ptrace(PTRACE_CONT, p, NULL, NULL) == 0);
    return p;
}

static void *exits(void *arg)
{
    raw(exit, 0);
    return arg;
}

/* But a thread that ends alone waits no longer for its tracer when all do. */
static void thread(void)
{
    puts("a thread, then all");
    pid_t p = TRACED(thread_start(exits, NULL); for (;;) pause());
    ptrace(PTRACE_SETOPTIONS, p, NULL, (void *) (PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXIT));
    go_on(PTRACE_CONT, p, 0, "clone");
    pid_t c = (pid_t) message_of(p);
    show_stop("thread", next_status(c));
    MUST(ptrace(PTRACE_CONT, p, NULL, NULL) == 0);
    go_on(PTRACE_CONT, c, 0, "exit of the thread");
    MUST(kill(p, SIGKILL) == 0);
    show_stop("exit of the first", next_status(p));
    show_stop("end of the thread", next_status(c));
    go_on(PTRACE_CONT, p, 0, "end of the first");
}

int main(void)
{
    pid_t p = pauses();
    MUST(ptrace(PTRACE_SEIZE, p, NULL, (void *) PTRACE_O_TRACEEXIT) == 0);
    MUST(kill(p, SIGKILL) == 0);
    kill_again("killed", p);
    kill_again("exit of all", going(TRACED(_exit(3))));
    kill_again("exit of the only thread", going(TRACED(raw(exit, 5))));
    p = TRACED(raise(SIGTERM));
    show_stop("signal", next_status(going(p)));
    MUST(ptrace(PTRACE_CONT, p, NULL, (void *) SIGTERM) == 0);
    kill_again("signal", p);
    thread();
    return t_end();
}
