/* covers: fork sigaltstack rt_sigreturn */
#include <setjmp.h>

#include "child.h"
#include "threads.h"

/* fork in a handler on its own stack: the child is in that handler, on that stack, with that mask, and gets out of it by return
 * or by a jump. */
static volatile pid_t pid;
static volatile int depth;
static sigjmp_buf out;

static void show_stack(const char *who)
{
    stack_t ss;
    sigset_t set;
    char here;
    MUST(sigaltstack(NULL, &ss) == 0);
    sigprocmask(SIG_BLOCK, NULL, &set);
    bool on = &here >= (char *) ss.ss_sp && &here < (char *) ss.ss_sp + ss.ss_size;
    printf("%s: flags %d, %s it, USR1 %s, USR2 %s\n", who, ss.ss_flags, on ? "on" : "off",
           sigismember(&set, SIGUSR1) ? "blocked" : "free", sigismember(&set, SIGUSR2) ? "blocked" : "free");
}

static void inner(int sig)
{
    printf("%s at depth %d\n", signame(sig), depth);
}

static void handler(int sig)
{
    (void) sig;
    depth++;
    pid = fork();
    MUST(pid >= 0);
    if (pid == 0) {
        show_stack("child");
        raise(SIGUSR2);
        if (depth == 1)
            return;
        siglongjmp(out, 1);
    }
    show_wait("child", pid);
    depth--;
}

static void once(void)
{
    raise(SIGUSR1);
    if (pid == 0) {
        show_stack("child, returned");
        raise(SIGUSR2);
        _exit(5);
    }
    depth = 1;
    if (sigsetjmp(out, 1)) {
        show_stack("child, jumped");
        raise(SIGUSR2);
        _exit(6);
    }
    raise(SIGUSR1);
    depth = 0;
}

static void *in_thread(void *arg)
{
    stack_t ss = {.ss_sp = malloc(1 << 16), .ss_size = 1 << 16};
    MUST(ss.ss_sp && sigaltstack(&ss, NULL) == 0);
    show_stack("thread");
    once();
    return arg;
}

int main(void)
{
    stack_t ss = {.ss_sp = malloc(1 << 16), .ss_size = 1 << 16};
    struct sigaction sa = {.sa_handler = handler, .sa_flags = SA_ONSTACK}, in = {.sa_handler = inner};
    MUST(sigaction(SIGUSR1, &sa, NULL) == 0 && sigaction(SIGUSR2, &in, NULL) == 0);
    MUST(ss.ss_sp && sigaltstack(&ss, NULL) == 0);
    once();
    thread_join(thread_start(in_thread, NULL));
    return t_end();
}
