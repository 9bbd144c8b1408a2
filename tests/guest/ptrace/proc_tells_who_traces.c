/* covers: ptrace */
/* TracerPid, and the state of a thread that is stopped for its tracer. */
#include "ptrace.h"

static void tell(const char *what, pid_t pid)
{
    char path[64], text[4096], *p;
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    MUST(get_file(path, text, sizeof text) > 0);
    p = strstr(text, "\nState:\t");
    MUST(p);
    char *tracer = strstr(text, "\nTracerPid:\t");
    MUST(tracer);
    int n = atoi(tracer + 12);
    printf("%s: %.*s, stat %c, tracer %s\n", what, (int) strcspn(p + 8, "\n"), p + 8, task_state(pid, pid),
           !n              ? "none"
           : n == getpid() ? "this one"
                           : "another");
}

int main(void)
{
    struct gate g;
    gate_init(&g);
    tell("self", getpid());
    pid_t p = TRACED(gate_wait(&g); raise(SIGTSTP); gate_wait(&g));
    tell("stopped by a signal", p);
    MUST(ptrace(PTRACE_CONT, p, NULL, NULL) == 0);
    until_state(p, p, "S");
    tell("sleeping", p);
    gate_open(&g);
    show_stop("signal", next_status(p));
    tell("again", p);
    MUST(ptrace(PTRACE_DETACH, p, NULL, NULL) == 0);
    until_state(p, p, "S");
    tell("let go", p);
    MUST(ptrace(PTRACE_SEIZE, p, NULL, NULL) == 0);
    MUST(ptrace(PTRACE_INTERRUPT, p, NULL, NULL) == 0);
    show_stop("interrupted", next_status(p));
    tell("seized", p);
    gate_open(&g);
    MUST(ptrace(PTRACE_CONT, p, NULL, NULL) == 0);
    show_stop("end", next_status(p));
}
