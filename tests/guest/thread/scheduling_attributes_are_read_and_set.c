/* covers: sched_setattr sched_getattr */
#include "waiters.h"

struct attr {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
    uint32_t util_min, util_max;
    uint64_t more;
};

static void tell(const char *name, pid_t tid)
{
    struct attr a;
    memset(&a, 0, sizeof(a));
    long r = raw(sched_getattr, tid, &a, 56, 0);
    printf("%s: %ld size %u policy %u flags %llx nice %d priority %u\n", name, r, a.size, a.policy,
           (unsigned long long) a.flags, a.nice, a.priority);
}

static void *thread(void *arg)
{
    (void) arg;
    tell("new thread", 0);
    return NULL;
}

int main(void)
{
    struct attr a = {.size = 56, .policy = SCHED_OTHER, .nice = 7};
    char *edge = at_edge(48);
    tell("at first", 0);
    show("nice 7", raw(sched_setattr, 0, &a, 0));
    tell("then", 0);
    memcpy(edge, &a, 48);
    *(uint32_t *) edge = 48;
    show("the first form, where memory ends", raw(sched_setattr, 0, edge, 0));
    *(uint32_t *) edge = 56;
    show("more than there is", raw(sched_setattr, 0, edge, 0));
    *(uint32_t *) edge = 0;
    show("size 0", raw(sched_setattr, 0, edge, 0));
    show("get the first form", raw(sched_getattr, 0, edge, 48, 0));
    show("get, too short", raw(sched_getattr, 0, edge, 47, 0));
    show("get with flags", raw(sched_getattr, 0, edge, 48, 1));
    show("get, more than a page", raw(sched_getattr, 0, edge, 4097, 0));
    show("get to nowhere", raw(sched_getattr, 0, BAD_PTR, 48, 0));
    show("get to null", raw(sched_getattr, 0, NULL, 48, 0));
    a.size = 64;
    show("a longer form of zeros", raw(sched_setattr, 0, &a, 0));
    a.more = 1;
    show("a longer form with more", raw(sched_setattr, 0, &a, 0));
    printf("size told: %u\n", a.size);
    a = (struct attr){.size = 20};
    show("too short", raw(sched_setattr, 0, &a, 0));
    printf("size told: %u\n", a.size);
    a = (struct attr){.size = 56, .policy = SCHED_FIFO, .priority = 9};
    show("with flags", raw(sched_setattr, 0, &a, 1));
    show("first in, first out", raw(sched_setattr, 0, &a, 0));
    tell("then", 0);
    thread_join(thread_start(thread, NULL));
    a.flags = 1; /* SCHED_FLAG_RESET_ON_FORK */
    show("reset on fork", raw(sched_setattr, 0, &a, 0));
    tell("then", 0);
    thread_join(thread_start(thread, NULL));
    IN_CHILD(tell("child", 0));
    a.flags = 0x18; /* keep policy and parameters */
    a.policy = SCHED_OTHER;
    show("keep", raw(sched_setattr, 0, &a, 0));
    tell("then", 0);
    a.flags = 0x1000;
    show("unknown flag", raw(sched_setattr, 0, &a, 0));
    a = (struct attr){.size = 56, .policy = SCHED_FIFO, .priority = 0};
    show("without a priority", raw(sched_setattr, 0, &a, 0));
    a = (struct attr){.size = 56, .policy = SCHED_OTHER, .priority = 1};
    show("a priority too many", raw(sched_setattr, 0, &a, 0));
    a = (struct attr){.size = 56, .policy = 6, .runtime = 20, .deadline = 10, .period = 5};
    show("deadline that cannot be", raw(sched_setattr, 0, &a, 0));
    show("nobody", raw(sched_setattr, 0x3fffffff, &a, 0));
    show("null", raw(sched_setattr, 0, NULL, 0));
    show("from nowhere", raw(sched_setattr, 0, BAD_PTR, 0));
    return t_end();
}
