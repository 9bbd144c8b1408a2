/* covers: futex set_robust_list kill clone */
/* translated: no (the translator knows no robust lists) */
/* ways: cow copy (memory in a file would be shared by the copy that the host makes: docs/limits.md) */
#include "child.h"
#include "threads.h"

/* Who holds one is killed, and another process goes on that has something in common with it: its descriptors, or its memory. */
struct shared {
    uint64_t next;
    _Atomic uint32_t word, held;
    pid_t other;
};

static struct shared *s;
static struct {
    uint64_t next;
    int64_t offset;
    uint64_t pending;
} head;

static void hold(void)
{
    head.next = (uintptr_t) s;
    head.offset = offsetof(struct shared, word);
    s->next = (uintptr_t) &head;
    raw(set_robust_list, &head, sizeof head);
    atomic_store(&s->word, (uint32_t) raw(gettid));
}

static _Noreturn void stay(void)
{
    word_set(&s->held, 1);
    for (;;)
        raw(pause);
}

static void killed(const char *what, pid_t pid)
{
    MUST(pid > 0);
    word_wait(&s->held, 1);
    kill(pid, SIGKILL);
    reap(pid);
    uint32_t v = atomic_load(&s->word);
    printf("%s: %s\n", what, v & FUTEX_OWNER_DIED ? "owner died" : v ? "held" : "free");
    if (s->other > 0)
        kill(s->other, SIGKILL);
    memset(s, 0, sizeof *s);
}

static pid_t with_same_descriptors(void)
{
    return (pid_t) raw(clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
}

static int stays_in_memory(void *arg)
{
    (void) arg;
    s->other = (pid_t) raw(getpid);
    stay();
}

int main(void)
{
    static char stack[65536] __attribute__((aligned(16)));
    s = shared_mem(T_PAGE);

    pid_t pid = fork();
    if (pid == 0) {
        hold(); /* before it shares them, */
        pid = with_same_descriptors();
        MUST(pid >= 0);
        if (pid == 0)
            for (;;)
                raw(pause);
        s->other = pid;
        stay();
    }
    killed("beside a child with the same descriptors", pid);

    pid = with_same_descriptors();
    if (pid == 0) {
        hold(); /* and after it */
        stay();
    }
    killed("a child with the same descriptors", pid);

    pid = fork();
    if (pid == 0) {
        hold();
        clone(stays_in_memory, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);
        _exit(1);
    }
    killed("asleep for a child in its memory", pid);
    return t_end();
}
