/* covers: ptrace kill exit_group */
/* Nothing but SIGKILL and SIGSTOP would reach it, and it makes no call: what a tracer wants does. */
#include "ptrace.h"

#include <pthread.h>

#include "threads.h"

static void block_all(void)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
}

static void compute(void)
{
    for (;;)
        __asm__ volatile("pause");
}

static pid_t computes(void)
{
    struct gate ready;
    gate_init(&ready);
    pid_t p = fork();
    MUST(p >= 0);
    if (p == 0) {
        let_trace();
        block_all();
        gate_open(&ready);
        compute();
    }
    gate_wait(&ready);
    return p;
}

static void *thread(void *arg)
{
    block_all();
    word_set(arg, 1);
    compute();
    return NULL;
}

static void ends_beside_a_thread(void)
{
    pid_t p = TRACED(static _Atomic uint32_t ready; thread_start(thread, (void *) &ready); word_wait(&ready, 1);
                     syscall(SYS_exit_group, 7));
    MUST(ptrace(PTRACE_SETOPTIONS, p, NULL, (void *) PTRACE_O_TRACECLONE) == 0);
    go_on(PTRACE_CONT, p, 0, "clone");
    pid_t c = (pid_t) message_of(p);
    show_stop("thread", next_status(c));
    MUST(ptrace(PTRACE_CONT, c, NULL, NULL) == 0 && ptrace(PTRACE_CONT, p, NULL, NULL) == 0);
    show_stop("end of the thread", next_status(c));
    show_stop("end of all", next_status(p));
}

int main(void)
{
    pid_t p = computes();
    show("attach", ptrace(PTRACE_ATTACH, p, NULL, NULL));
    show_stop("attached", next_status(p));
    MUST(ptrace(PTRACE_CONT, p, NULL, NULL) == 0);
    MUST(kill(p, SIGSTOP) == 0);
    show_stop("stop", next_status(p));
    show("detach", ptrace(PTRACE_DETACH, p, NULL, NULL));
    show("seize", ptrace(PTRACE_SEIZE, p, NULL, (void *) PTRACE_O_TRACEEXIT));
    show("interrupt", ptrace(PTRACE_INTERRUPT, p, NULL, NULL));
    show_stop("interrupted", next_status(p));
    MUST(ptrace(PTRACE_CONT, p, NULL, NULL) == 0);
    MUST(kill(p, SIGKILL) == 0);
    show_stop("exit", next_status(p));
    go_on(PTRACE_CONT, p, 0, "end");
    ends_beside_a_thread();
    return t_end();
}
