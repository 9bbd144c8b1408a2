/* covers: ptrace */
#include "ptrace.h"

#include <pthread.h>
#include <sched.h>

static volatile int var;

static void *thread(void *arg)
{
    var = 6;
    while (!arg)
        pause();
    return arg;
}

int main(void)
{
    pid_t p = TRACED(pthread_t t; pthread_create(&t, NULL, thread, NULL); while (!var) sched_yield(); _exit(var));
    ptrace(PTRACE_SETOPTIONS, p, NULL, (void *) PTRACE_O_TRACECLONE);
    go_on(PTRACE_CONT, p, 0, "clone");
    pid_t c = (pid_t) message_of(p);
    show_stop("thread", next_status(c));
    ptrace(PTRACE_CONT, p, NULL, NULL);
    go_on(PTRACE_CONT, c, 0, "thread ends");
    show_stop("end", next_status(p));
}
