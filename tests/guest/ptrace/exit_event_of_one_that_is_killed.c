/* covers: ptrace kill tgkill */
#include "ptrace.h"

#include <pthread.h>

static pid_t seized(void)
{
    pid_t p = pauses();
    MUST(ptrace(PTRACE_SEIZE, p, NULL, (void *) PTRACE_O_TRACEEXIT) == 0);
    return p;
}

static void goes(const char *what, pid_t p)
{
    puts(what);
    show_stop("exit", next_status(p));
    printf("message %lx\n", message_of(p));
    go_on(PTRACE_CONT, p, 0, "end");
}

static void *thread(void *arg)
{
    while (!arg)
        pause();
    return NULL;
}

/* Each thread tells of its exit, whether it runs or has stopped. */
static void threads(void)
{
    pid_t p = TRACED(pthread_t t; pthread_create(&t, NULL, thread, NULL); thread(NULL));
    ptrace(PTRACE_SETOPTIONS, p, NULL, (void *) (PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXIT));
    go_on(PTRACE_CONT, p, 0, "clone");
    pid_t c = (pid_t) message_of(p);
    show_stop("thread", next_status(c));
    MUST(ptrace(PTRACE_CONT, p, NULL, NULL) == 0);
    MUST(kill(p, SIGKILL) == 0);
    show_stop("exit of the other", next_status(c));
    show_stop("exit of the first", next_status(p));
    MUST(ptrace(PTRACE_CONT, p, NULL, NULL) == 0);
    go_on(PTRACE_CONT, c, 0, "end of the other");
    show_stop("end of the first", next_status(p));
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    pid_t p = seized();
    MUST(kill(p, SIGKILL) == 0);
    goes("runs", p);
    p = seized();
    MUST(ptrace(PTRACE_INTERRUPT, p, NULL, NULL) == 0);
    show_stop("interrupted", next_status(p));
    MUST(syscall(SYS_tgkill, p, p, SIGKILL) == 0);
    goes("has stopped", p);
    p = seized();
    MUST(ptrace(PTRACE_INTERRUPT, p, NULL, NULL) == 0);
    show_stop("interrupted", next_status(p));
    MUST(ptrace(PTRACE_LISTEN, p, NULL, NULL) == 0);
    MUST(kill(p, SIGKILL) == 0);
    goes("listens", p);
    p = TRACED(kill(getpid(), SIGKILL));
    MUST(ptrace(PTRACE_SETOPTIONS, p, NULL, (void *) PTRACE_O_TRACEEXIT) == 0);
    MUST(ptrace(PTRACE_CONT, p, NULL, NULL) == 0);
    goes("kills itself", p);
    threads();
}
