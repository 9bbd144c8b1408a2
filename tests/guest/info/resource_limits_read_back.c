/* covers: getrlimit setrlimit prlimit64 execve */
#include "t.h"
#include <sys/resource.h>

static void print(const char *what, const struct rlimit *l)
{
    printf("%s:", what);
    if (l->rlim_cur == RLIM_INFINITY)
        printf(" unlimited");
    else
        printf(" %lu", (unsigned long) l->rlim_cur);
    if (l->rlim_max == RLIM_INFINITY)
        printf(" unlimited\n");
    else
        printf(" %lu\n", (unsigned long) l->rlim_max);
}

static void all(void)
{
    struct rlimit l;
    for (int r = 0; r < 16; r++) {
        char name[16];
        snprintf(name, sizeof(name), "limit %d", r);
        if (raw(getrlimit, r, &l) < 0)
            show(name, -1);
        else
            print(name, &l);
    }
}

int main(int argc, char **argv)
{
    struct rlimit l, old;
    char *again[] = {argv[0], "again", NULL};
    pid_t pid;

    if (argc > 1) {
        all();
        return t_end();
    }
    all();
    show("beyond the last", raw(getrlimit, 16, &l));
    for (int r = 0; r < 16; r++) {
        if (r == RLIMIT_NPROC || r == RLIMIT_AS || r == RLIMIT_DATA || r == RLIMIT_CPU)
            continue;
        MUST(raw(getrlimit, r, &l) == 0);
        if (l.rlim_cur == RLIM_INFINITY || l.rlim_cur > 1000) {
            l.rlim_cur = r == RLIMIT_STACK ? 4 << 20 : r == RLIMIT_NOFILE ? 900 : 100000 + (unsigned) r;
            if (l.rlim_cur > l.rlim_max)
                l.rlim_cur = l.rlim_max;
            MUST(raw(setrlimit, r, &l) == 0);
        }
    }
    l.rlim_cur = l.rlim_max = 1ul << 40;
    show("address space", raw(prlimit64, 0, RLIMIT_AS, &l, &old));
    print("was", &old);
    show("data", raw(prlimit64, getpid(), RLIMIT_DATA, &l, 0));
    show("read back", raw(prlimit64, 0, RLIMIT_AS, 0, &old));
    print("is", &old);
    all();
    pid = fork();
    if (pid == 0) {
        execv("/proc/self/exe", again);
        _exit(1);
    }
    show_wait("after exec", pid);
    show("lower is fine", (l.rlim_cur = l.rlim_max = 50, raw(setrlimit, RLIMIT_NICE, &l)) <= 0);
    l.rlim_cur = 10;
    l.rlim_max = 5;
    show("soft above hard", raw(setrlimit, RLIMIT_NOFILE, &l));
    show("get EFAULT", raw(getrlimit, RLIMIT_NOFILE, BAD_PTR));
    show("set EFAULT", raw(setrlimit, RLIMIT_NOFILE, BAD_PTR));
    show("prlimit get EFAULT", raw(prlimit64, 0, RLIMIT_NOFILE, 0, BAD_PTR));
    show("prlimit set EFAULT", raw(prlimit64, 0, RLIMIT_NOFILE, BAD_PTR, 0));
    show("no such process", raw(prlimit64, 0x3fffffff, RLIMIT_NOFILE, 0, &l));
    show("bad resource", raw(prlimit64, 0, 99, 0, &l));
    show("more descriptors than possible", (l.rlim_cur = l.rlim_max = 1ul << 40, raw(setrlimit, RLIMIT_NOFILE, &l)));
    return t_end();
}
