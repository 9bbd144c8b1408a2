/* covers: sched_setaffinity sched_getaffinity getcpu */
#include "t.h"

int main(void)
{
    unsigned long mask[16] = {0}, one[16] = {0};
    unsigned cpu = 99, node = 99;
    long n = raw(sched_getaffinity, 0, sizeof(mask), mask);
    int first = -1, wrong = 0;
    pid_t pid;

    show("bytes", n);
    MUST(n > 0);
    for (int i = 0; i < 1024 && first < 0; i++)
        if (mask[i / 64] >> i % 64 & 1)
            first = i;
    MUST(first >= 0);
    one[first / 64] = 1ul << first % 64;
    show("to one", raw(sched_setaffinity, 0, sizeof(one), one));
    for (int i = 0; i < 200; i++) {
        MUST(raw(getcpu, &cpu, &node, 0) == 0);
        wrong += (int) cpu != first;
    }
    show("elsewhere", wrong);
    pid = fork();
    if (pid == 0) {
        memset(mask, 0, sizeof(mask));
        MUST(raw(sched_getaffinity, 0, sizeof(mask), mask) > 0);
        _exit(memcmp(mask, one, (size_t) n) == 0 ? 0 : 1);
    }
    show_wait("child inherits", pid);
    memset(one, 0, sizeof(one));
    show("to none", raw(sched_setaffinity, 0, sizeof(one), one));
    show("short", raw(sched_getaffinity, 0, 1, mask));
    show("get EFAULT", raw(sched_getaffinity, 0, 128, BAD_PTR));
    show("set EFAULT", raw(sched_setaffinity, 0, 128, BAD_PTR));
    show("nobody", raw(sched_getaffinity, 0x3fffffff, sizeof(mask), mask));
    show("getcpu EFAULT", raw(getcpu, BAD_PTR, 0, 0));
    show("getcpu nothing", raw(getcpu, 0, 0, 0));
    return t_end();
}
