/* covers: sched_yield sched_setparam sched_getparam sched_setscheduler sched_getscheduler sched_get_priority_max
 * sched_get_priority_min sched_rr_get_interval sched_setattr sched_getattr */
#include "t.h"

struct attr {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
    uint32_t util_min, util_max;
};

int main(void)
{
    struct attr a = {0};
    long ts[2] = {-1, -1};
    int prio = -1;
    pid_t pid;

    show("yield", raw(sched_yield));
    show("policy", raw(sched_getscheduler, 0));
    show("param", raw(sched_getparam, 0, &prio));
    printf("%d\n", prio);
    for (int p = 0; p < 8; p++)
        printf("policy %d: %ld..%ld\n", p, raw(sched_get_priority_min, p), raw(sched_get_priority_max, p));
    show("interval", raw(sched_rr_get_interval, 0, ts));
    CHECK(ts[0] >= 0 && ts[1] >= 0);
    show("getattr", raw(sched_getattr, 0, &a, sizeof(a), 0));
    printf("size %u policy %u nice %d priority %u\n", a.size, a.policy, a.nice, a.priority);
    pid = fork();
    if (pid == 0) {
        a = (struct attr){.size = sizeof(a), .policy = 3, .nice = 5};
        show("setattr batch", raw(sched_setattr, 0, &a, 0));
        show("policy", raw(sched_getscheduler, 0));
        prio = 0;
        show("idle", raw(sched_setscheduler, 0, 5, &prio));
        show("policy", raw(sched_getscheduler, getpid()));
        show("setparam", raw(sched_setparam, 0, &prio));
        prio = 3;
        show("wrong priority", raw(sched_setscheduler, 0, 0, &prio));
        _exit(0);
    }
    show_wait("child", pid);
    show("unchanged", raw(sched_getscheduler, 0));
    prio = 0;
    show("bad policy", raw(sched_setscheduler, 0, 99, &prio));
    show("nobody", raw(sched_getscheduler, 0x3fffffff));
    show("param EFAULT", raw(sched_getparam, 0, BAD_PTR));
    show("setparam EFAULT", raw(sched_setparam, 0, BAD_PTR));
    show("scheduler EFAULT", raw(sched_setscheduler, 0, 0, BAD_PTR));
    show("interval EFAULT", raw(sched_rr_get_interval, 0, BAD_PTR));
    show("getattr EFAULT", raw(sched_getattr, 0, BAD_PTR, sizeof(a), 0));
    show("setattr EFAULT", raw(sched_setattr, 0, BAD_PTR, 0));
    show("getattr small", raw(sched_getattr, 0, &a, 8, 0));
    show("getattr flags", raw(sched_getattr, 0, &a, sizeof(a), 1));
    return t_end();
}
