/* covers: ptrace kill */
#include "ptrace.h"

#include <pthread.h>

/* Its signals make no stop, not even when it could be asked for one: SIGKILL apart, the group's stops and PTRACE_INTERRUPT alone do. */
static void held_back(void)
{
    int status = 0;
    struct __ptrace_peeksiginfo_args args = {.nr = 1};
    siginfo_t si;
    pid_t p = pauses();
    MUST(ptrace(PTRACE_SEIZE, p, NULL, NULL) == 0);
    MUST(ptrace(PTRACE_INTERRUPT, p, NULL, NULL) == 0);
    show_stop("interrupted", next_status(p));
    show("listen", ptrace(PTRACE_LISTEN, p, NULL, NULL));
    MUST(kill(p, SIGUSR2) == 0);
    show("peek at its queue", ptrace(PTRACE_PEEKSIGINFO, p, &args, &si));
    show("continue", ptrace(PTRACE_CONT, p, NULL, NULL));
    show("interrupt", ptrace(PTRACE_INTERRUPT, p, NULL, NULL));
    show_stop("again", next_status(p));
    show("listen", ptrace(PTRACE_LISTEN, p, NULL, NULL));
    MUST(kill(p, SIGCONT) == 0);
    show_stop("goes on", next_status(p));
    go_on(PTRACE_CONT, p, 0, "first signal");
    go_on(PTRACE_CONT, p, 0, "second signal");
    show("continue", ptrace(PTRACE_CONT, p, NULL, NULL));
    show("nothing", waitpid(p, &status, WNOHANG));
    MUST(kill(p, SIGCONT) == 0);
    show_stop("goes on, and has not stopped", next_status(p));
    go_on(PTRACE_CONT, p, 0, "signal");
    MUST(ptrace(PTRACE_CONT, p, NULL, NULL) == 0);
    MUST(ptrace(PTRACE_INTERRUPT, p, NULL, NULL) == 0);
    show_stop("interrupted", next_status(p));
    show("listen", ptrace(PTRACE_LISTEN, p, NULL, NULL));
    kill(p, SIGKILL);
    show_stop("end", next_status(p));
}

static void *thread(void *arg)
{
    while (!arg)
        pause();
    return NULL;
}

/* All threads of a group that goes on say so. */
static void group(void)
{
    struct gate go;
    gate_init(&go);
    pid_t p = fork();
    MUST(p >= 0);
    if (p == 0) {
        pthread_t t;
        gate_wait(&go);
        MUST(pthread_create(&t, NULL, thread, NULL) == 0);
        thread(NULL);
    }
    MUST(ptrace(PTRACE_SEIZE, p, NULL, (void *) PTRACE_O_TRACECLONE) == 0);
    gate_open(&go);
    show_stop("clone", next_status(p));
    pid_t c = (pid_t) message_of(p);
    show_stop("thread", next_status(c));
    MUST(ptrace(PTRACE_CONT, c, NULL, NULL) == 0);
    MUST(ptrace(PTRACE_CONT, p, NULL, NULL) == 0);
    MUST(syscall(SYS_tgkill, p, p, SIGSTOP) == 0);
    show_stop("signal", next_status(p));
    go_on(PTRACE_CONT, p, SIGSTOP, "first stops");
    show_stop("other stops", next_status(c));
    MUST(ptrace(PTRACE_LISTEN, p, NULL, NULL) == 0);
    MUST(ptrace(PTRACE_LISTEN, c, NULL, NULL) == 0);
    MUST(ptrace(PTRACE_INTERRUPT, c, NULL, NULL) == 0);
    show_stop("other is still stopped", next_status(c));
    MUST(ptrace(PTRACE_LISTEN, c, NULL, NULL) == 0);
    MUST(kill(p, SIGCONT) == 0);
    show_stop("first goes on", next_status(p));
    show_stop("other goes on", next_status(c));
    kill(p, SIGKILL);
    show_stop("end of the other", next_status(c));
    show_stop("end", next_status(p));
}

int main(void)
{
    held_back();
    group();
}
