/* covers: sched_setscheduler sched_getscheduler sched_setparam sched_getparam getpriority setpriority sched_rr_get_interval */
#include <sys/resource.h>

#include "waiters.h"

/* Policy, priority and nice are a thread's own, and by its id any other may ask and set them; new threads have their maker's. */
static _Atomic uint32_t step;

static void tell(const char *name, pid_t tid)
{
    int p = -1;
    long policy = raw(sched_getscheduler, tid), r = raw(sched_getparam, tid, &p);
    errno = 0;
    long nice = raw(getpriority, PRIO_PROCESS, tid);
    printf("%s: policy %ld, %ld %d, nice %ld\n", name, policy, r, p, 20 - nice);
}

static void *child_of_it(void *arg)
{
    (void) arg;
    tell("its own thread", 0);
    return NULL;
}

static void *thread(void *arg)
{
    int p = 17;
    atomic_store((_Atomic uint32_t *) arg, (uint32_t) raw(gettid));
    tell("a new thread", 0);
    show("nice 5", raw(setpriority, PRIO_PROCESS, 0, 5));
    tell("then", 0);
    show("round robin", raw(sched_setscheduler, 0, SCHED_RR, &p));
    tell("then", 0);
    thread_join(thread_start(child_of_it, NULL));
    word_set(&step, 1);
    word_wait(&step, 2);
    tell("changed from outside", 0);
    p = 0;
    show("batch", raw(sched_setscheduler, 0, SCHED_BATCH, &p));
    show("idle", raw(sched_setscheduler, 0, SCHED_IDLE, &p));
    tell("then", 0);
    return NULL;
}

int main(void)
{
    _Atomic uint32_t tid = 0;
    int p = 21;
    struct timespec ts;
    tell("the first", 0);
    pthread_t th = thread_start(thread, &tid);
    word_wait(&step, 1);
    pid_t other = (pid_t) atomic_load(&tid);
    tell("the other, from outside", other);
    tell("the first", getpid());
    show("its parameter", raw(sched_setparam, other, &p));
    show("its interval", raw(sched_rr_get_interval, other, &ts));
    CHECK(ts.tv_sec == 0 && ts.tv_nsec > 0);
    show("own parameter", raw(sched_setparam, 0, &p));
    p = 0;
    show("0 for round robin", raw(sched_setparam, other, &p));
    p = 100;
    show("100", raw(sched_setparam, other, &p));
    show("no policy", raw(sched_setscheduler, other, 77, &p));
    show("negative id", raw(sched_getscheduler, -1));
    show("from nowhere", raw(sched_setparam, other, BAD_PTR));
    show("null", raw(sched_setparam, other, NULL));
    show("to nowhere", raw(sched_getparam, other, BAD_PTR));
    show("nobody", raw(sched_getscheduler, 0x3fffffff));
    show("nobody's nice", raw(getpriority, PRIO_PROCESS, 0x3fffffff));
    show("which", raw(getpriority, 7, 0));
    word_set(&step, 2);
    thread_join(th);
    tell("the first at last", 0);
    return t_end();
}
