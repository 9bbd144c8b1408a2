/* covers: set_tid_address clone futex exit */
/* only: glibc (musl 1.2.5's clone refuses to make threads) */
#include "threads.h"

/* Threads made by the bare system call: where their ids are written, and that the end of one is seen. */
static char stacks[4][65536] __attribute__((aligned(16)));
static volatile int parent_tid[4], seen_tid[4], seen_pid[4];
static _Atomic uint32_t child_tid[4], go;

static int body(void *arg)
{
    int i = (int) (intptr_t) arg;
    seen_tid[i] = (int) raw(gettid);
    seen_pid[i] = getpid();
    word_wait(&go, 1);
    return 0;
}

int main(void)
{
    const int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;
    /* no CLONE_SETTLS: the thread shares errno and the rest with its maker, and touches neither */
    for (int i = 0; i < 4; i++) {
        atomic_store(&child_tid[i], 1);
        int tid = clone(body, stacks[i] + sizeof(stacks[i]),
                        flags | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID, (void *) (intptr_t) i,
                        (void *) &parent_tid[i], NULL, (void *) &child_tid[i]);
        MUST(tid > 0);
        CHECK(parent_tid[i] == tid);
    }
    word_set(&go, 1);
    for (int i = 0; i < 4; i++) {
        word_wait(&child_tid[i], 0);
        CHECK(seen_tid[i] == parent_tid[i] && seen_pid[i] == getpid());
        while (raw(tgkill, getpid(), parent_tid[i], 0) == 0)
            sched_yield();
        show("gone", -1);
    }
    show("thread without vm", raw(clone, CLONE_THREAD | CLONE_SIGHAND, 0, 0, 0, 0));
    show("thread without sighand", raw(clone, CLONE_THREAD | CLONE_VM, 0, 0, 0, 0));
    return t_end();
}
