/* covers: timer_create timer_settime timer_gettime timer_getoverrun timer_delete */
#include "t.h"

struct event { /* the kernel's struct sigevent */
    uint64_t value;
    int32_t signo, notify, tid;
    char rest[44];
};

int main(void)
{
    struct event ev = {.value = 0x123456789abull, .signo = SIGRTMIN + 2, .notify = SIGEV_SIGNAL};
    struct itimerspec it = {{0, 0}, {0, 10000000}}, old;
    struct timespec wait = {10, 0};
    siginfo_t si;
    sigset_t set;
    int id = -1, id2 = -1;
    pid_t pid;

    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN + 2);
    sigaddset(&set, SIGALRM);
    MUST(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
    show("create", raw(timer_create, CLOCK_MONOTONIC, &ev, &id));
    show("idle", raw(timer_gettime, id, &old));
    printf("%ld.%09ld\n", (long) old.it_value.tv_sec, old.it_value.tv_nsec);
    show("arm", raw(timer_settime, id, 0, &it, &old));
    show("signal", sigtimedwait(&set, &si, &wait) == SIGRTMIN + 2);
    printf("code %d value %llx overrun %d\n", si.si_code, (unsigned long long) (uintptr_t) si.si_value.sival_ptr,
           (int) raw(timer_getoverrun, id));
    it = (struct itimerspec){{0, 1000000}, {0, 1}};
    show("periodic, absolute in the past", raw(timer_settime, id, 1, &it, 0));
    show("signal", sigtimedwait(&set, &si, &wait) == SIGRTMIN + 2);
    CHECK(raw(timer_getoverrun, id) > 0);
    show("thread's own", (ev.notify = 4, ev.tid = (int) raw(gettid), raw(timer_create, CLOCK_MONOTONIC, &ev, &id2)));
    it = (struct itimerspec){{0, 0}, {0, 1000000}};
    show("delete", raw(timer_delete, id));
    while (sigtimedwait(&set, &si, &(struct timespec){0, 0}) > 0)
        ;
    show("arm", raw(timer_settime, id2, 0, &it, 0));
    show("signal", sigtimedwait(&set, &si, &wait) == SIGRTMIN + 2);
    show("default event", raw(timer_create, CLOCK_REALTIME, 0, &id));
    MUST(raw(timer_settime, id, 0, &it, 0) == 0);
    show("signal", sigtimedwait(&set, &si, &wait));
    show("silent", (ev.notify = SIGEV_NONE, raw(timer_create, CLOCK_MONOTONIC, &ev, &id)));
    pid = fork();
    if (pid == 0)
        _exit(raw(timer_gettime, id, &old) == -1 && errno == EINVAL ? 0 : 1);
    show_wait("child has none", pid);
    show("deleted", (raw(timer_delete, id), raw(timer_gettime, id, &old)));
    show("bad id", raw(timer_settime, 12345, 0, &it, 0));
    show("bad overrun", raw(timer_getoverrun, 12345));
    show("bad delete", raw(timer_delete, 12345));
    show("bad clock", raw(timer_create, 99, 0, &id));
    show("bad signal", (ev.notify = SIGEV_SIGNAL, ev.signo = 99, raw(timer_create, CLOCK_REALTIME, &ev, &id)));
    show("bad notify", (ev.signo = 10, ev.notify = 77, raw(timer_create, CLOCK_REALTIME, &ev, &id)));
    show("event EFAULT", raw(timer_create, CLOCK_REALTIME, BAD_PTR, &id));
    show("id EFAULT", raw(timer_create, CLOCK_REALTIME, 0, BAD_PTR));
    show("value EFAULT", raw(timer_settime, id2, 0, BAD_PTR, 0));
    show("gettime EFAULT", raw(timer_gettime, id2, BAD_PTR));
    it.it_value.tv_nsec = 1000000000;
    show("wrong time", raw(timer_settime, id2, 0, &it, 0));
    return t_end();
}
