/* covers: clone exit */
/* only: glibc (musl 1.2.5's clone refuses to make threads) */
/* asan: no (a clone with such flags copies the locks of the sanitizer as they are; the program has none of its own) */
/* svm: no (natively, too, busy threads take the one emulated processor for most of a minute) */
/* Whatever the threads of a process are in the middle of, a process that it clones, with flags that fork has not, makes threads of its own. */
#include <linux/futex.h>
#include <sched.h>

#include "threads.h"

#define THREAD (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM | CLONE_CHILD_CLEARTID)

static atomic_bool stop;

struct place {
    char stack[16384] __attribute__((aligned(16)));
    atomic_int tid; /* 0 when the thread is gone */
};

static int nothing(void *arg)
{
    (void) arg;
    return (int) raw(exit, 0);
}

/* No C library: its locks are copied as they are, natively, too. */
static bool one_thread(struct place *p)
{
    atomic_store(&p->tid, 1);
    if (clone(nothing, p->stack + sizeof p->stack, THREAD, NULL, NULL, NULL, &p->tid) < 0)
        return false;
    while (atomic_load(&p->tid))
        raw(futex, &p->tid, FUTEX_WAIT, 1, NULL, NULL, 0);
    return true;
}

static void *restless(void *arg)
{
    while (!atomic_load(&stop))
        CHECK(one_thread(arg));
    return NULL;
}

int main(void)
{
    static struct place place[3], own;
    pthread_t th[3];
    for (int i = 0; i < 3; i++)
        th[i] = thread_start(restless, &place[i]);
    for (int i = 0; i < 150; i++) {
        pid_t pid = (pid_t) raw(clone, CLONE_FS | SIGCHLD, 0, NULL, NULL, 0);
        if (pid == 0)
            raw(exit_group, one_thread(&own) && one_thread(&own) ? 0 : 1);
        int status = -1;
        MUST(waitpid(pid, &status, 0) == pid && status == 0);
    }
    atomic_store(&stop, true);
    for (int i = 0; i < 3; i++)
        thread_join(th[i]);
    return t_end();
}
