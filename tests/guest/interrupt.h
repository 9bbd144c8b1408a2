/* What becomes of a call that sleeps when a signal comes. Each call runs in a child of its own; the parent sees it sleep,
 * sends a signal, and sees it either end or sleep again. */
#ifndef INTERRUPT_H
#define INTERRUPT_H

#include "child.h"

struct sleeper {
    const char *name;
    long (*call)(void);
};

struct interrupt {
    int ready, handled, ended, error;
    long result;
};

static struct interrupt *interrupt_shared;
static void (*interrupt_prepare)(void); /* what the child does before the call */

T_UNUSED static void interrupt_handler(int sig)
{
    (void) sig;
    __atomic_store_n(&interrupt_shared->handled, 1, __ATOMIC_SEQ_CST);
}

static pid_t interrupt_start(const struct sleeper *s, int flags)
{
    struct sigaction sa = {.sa_handler = interrupt_handler, .sa_flags = flags};
    struct interrupt *in = interrupt_shared;
    memset(in, 0, sizeof(*in));
    pid_t pid = fork();
    MUST(pid >= 0);
    if (pid == 0) {
        MUST(sigaction(SIGUSR1, &sa, NULL) == 0);
        if (interrupt_prepare)
            interrupt_prepare();
        __atomic_store_n(&in->ready, 1, __ATOMIC_SEQ_CST);
        in->result = s->call();
        in->error = errno;
        __atomic_store_n(&in->ended, 1, __ATOMIC_SEQ_CST);
        _exit(0);
    }
    while (!__atomic_load_n(&in->ready, __ATOMIC_SEQ_CST))
        sched_yield();
    until_state(pid, pid, "SZ");
    return pid;
}

/* Until the call ended, or the child was seen asleep for some time. */
static void interrupt_settle(pid_t pid)
{
    for (int asleep = 0; asleep < 12 && !__atomic_load_n(&interrupt_shared->ended, __ATOMIC_SEQ_CST);) {
        asleep = task_state(pid, pid) == 'S' ? asleep + 1 : 0;
        sched_yield();
    }
}

static const char *interrupt_outcome(pid_t pid)
{
    static char other[32];
    const struct interrupt *in = interrupt_shared;
    interrupt_settle(pid);
    bool ended = __atomic_load_n(&in->ended, __ATOMIC_SEQ_CST);
    kill(pid, SIGKILL);
    reap(pid);
    if (!ended)
        return "sleeps on";
    if (in->result == -1)
        return errname(in->error);
    snprintf(other, sizeof(other), "%ld", in->result);
    return other;
}

T_UNUSED static void interrupt_by_signal(const struct sleeper *s, int flags)
{
    pid_t pid = interrupt_start(s, flags);
    kill(pid, SIGUSR1);
    while (!__atomic_load_n(&interrupt_shared->handled, __ATOMIC_SEQ_CST) && task_state(pid, pid) != 'Z')
        sched_yield();
    printf(" %s", interrupt_outcome(pid));
}

T_UNUSED static void interrupt_by_stop(const struct sleeper *s)
{
    int status = 0;
    pid_t pid = interrupt_start(s, 0);
    kill(pid, SIGSTOP);
    MUST(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status));
    kill(pid, SIGCONT);
    until_state(pid, pid, "SZ");
    printf(" %s", interrupt_outcome(pid));
}

/* "NAME: by a handler, by one with SA_RESTART, by a stop": a value, an error, or "sleeps on". */
T_UNUSED static void interrupt_all(const struct sleeper *s, unsigned n)
{
    interrupt_shared = shared_mem(T_PAGE);
    for (unsigned i = 0; i < n; i++) {
        printf("%s: handler", s[i].name);
        interrupt_by_signal(&s[i], 0);
        printf(", restarting");
        interrupt_by_signal(&s[i], SA_RESTART);
        printf(", stopped");
        interrupt_by_stop(&s[i]);
        printf("\n");
    }
}

#define SLEEPER(name, ...)                                                                                             \
    static long name(void)                                                                                             \
    {                                                                                                                  \
        return (__VA_ARGS__);                                                                                          \
    }

#endif
