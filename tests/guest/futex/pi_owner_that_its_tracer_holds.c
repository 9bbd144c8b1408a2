/* covers: futex ptrace */
#include "ptrace.h"
#include "rawthread.h"

/* A traced thread that has ended stays until its tracer takes notice; a lock in its name has no owner all the while. */
static _Atomic uint32_t go;

static int ends(void *arg)
{
    (void) arg;
    word_wait(&go, 1);
    raw(exit, 0);
    return 0;
}

int main(void)
{
    static struct raw_thread r;
    static uint32_t pi;
    struct gate attached, done;
    let_trace();
    gate_init(&attached);
    gate_init(&done);
    long tid = raw_thread(&r, ends, CLONE_FS | CLONE_FILES | CLONE_SYSVSEM, NULL);
    MUST(tid > 0);
    pid_t tracer = fork();
    MUST(tracer >= 0);
    if (tracer == 0) {
        MUST(ptrace(PTRACE_SEIZE, tid, NULL, NULL) == 0);
        gate_open(&attached);
        gate_wait(&done);
        MUST(waitpid((pid_t) tid, NULL, __WALL) == tid);
        _exit(0);
    }
    gate_wait(&attached);
    word_set(&go, 1);
    raw_join(&r);
    pi = (uint32_t) tid;
    show("try", futex(&pi, FUTEX_TRYLOCK_PI, 0, NULL, NULL, 0));
    show("lock", futex(&pi, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
    printf("word unchanged: %d\n", pi == (uint32_t) tid);
    gate_open(&done);
    printf("tracer %x\n", (unsigned) reap(tracer));
    return t_end();
}
