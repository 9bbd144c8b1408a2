/* covers: wait4 waitid getrusage times */
#include <sys/resource.h>
#include <sys/times.h>

#include "child.h"

static void burn(long ns)
{
    int64_t until = now_ns(2) + ns;
    while (now_ns(2) < until)
        for (volatile int i = 0; i < 1000; i++)
            ;
}

static long us(struct timeval tv)
{
    return tv.tv_sec * 1000000l + tv.tv_usec;
}

int main(void)
{
    struct rusage ru, kids;
    struct tms tms;
    int status;
    memset(&ru, 0, sizeof(ru));
    CHECK(getrusage(RUSAGE_CHILDREN, &kids) == 0);
    CHECK(us(kids.ru_utime) == 0);
    pid_t pid = fork();
    MUST(pid >= 0);
    if (pid == 0) {
        char *p = mmap(NULL, 32 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
        MUST(p != MAP_FAILED);
        memset(p, 1, 32 << 20);
        burn(30000000);
        _exit(0);
    }
    CHECK(wait4(pid, &status, 0, &ru) == pid);
    CHECK(us(ru.ru_utime) + us(ru.ru_stime) >= 20000);
    CHECK(ru.ru_maxrss >= 31 << 10); /* the kernel adds up what its processors have counted only now and then */
    CHECK(getrusage(RUSAGE_CHILDREN, &kids) == 0);
    CHECK(us(kids.ru_utime) + us(kids.ru_stime) >= 20000);
    CHECK(kids.ru_maxrss == ru.ru_maxrss);
    CHECK(times(&tms) != (clock_t) -1);
    CHECK(tms.tms_cutime + tms.tms_cstime >= 2);

    /* through the system call waitid has a rusage as well */
    pid = fork();
    if (pid == 0) {
        burn(20000000);
        _exit(0);
    }
    memset(&ru, 0, sizeof(ru));
    CHECK(raw(waitid, P_PID, pid, 0, WEXITED, &ru) == 0);
    CHECK(us(ru.ru_utime) + us(ru.ru_stime) >= 15000);
    long before = us(kids.ru_utime) + us(kids.ru_stime);
    CHECK(getrusage(RUSAGE_CHILDREN, &kids) == 0);
    CHECK(us(kids.ru_utime) + us(kids.ru_stime) >= before + 15000);

    CHECK(getrusage(RUSAGE_SELF, &ru) == 0);
    CHECK(ru.ru_maxrss > 0);
    show("thread", getrusage(1, &ru));
    show("unknown", getrusage(17, &ru));
    show("to nowhere", raw(getrusage, 0, BAD_PTR));
    show("times to nowhere", raw(times, BAD_PTR));
    return t_end();
}
