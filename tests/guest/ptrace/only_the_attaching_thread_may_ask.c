/* covers: ptrace */
#include "ptrace.h"

#include <pthread.h>

static pid_t p;

static void *other(void *arg)
{
    struct user_regs_struct r;
    show("regs", ptrace(PTRACE_GETREGS, p, NULL, &r));
    show("cont", ptrace(PTRACE_CONT, p, NULL, NULL));
    return arg;
}

int main(void)
{
    p = TRACED(;);
    pthread_t t;
    pthread_create(&t, NULL, other, NULL);
    pthread_join(t, NULL);
    go_on(PTRACE_CONT, p, 0, "end");
}
