/* covers: ptrace wait4 waitid */
#include "ptrace.h"
#include <sys/resource.h>

static long used_us(const struct rusage *u)
{
    return (u->ru_utime.tv_sec + u->ru_stime.tv_sec) * 1000000l + u->ru_utime.tv_usec + u->ru_stime.tv_usec;
}

static void burn(long us)
{
    struct rusage u;
    do
        getrusage(RUSAGE_SELF, &u);
    while (used_us(&u) < us);
}

/* What the tracee sees of itself and of the children that it has waited for. */
struct seen {
    struct rusage self, children;
};

static void compare(const char *what, const struct rusage *told, const struct seen *s)
{
    long mine = used_us(&s->self) + used_us(&s->children);
    printf("%s: time %s, faults %s, memory %s, switches %s\n", what,
           used_us(told) >= mine && used_us(told) < mine + 1000000 ? "of both" : "WRONG",
           told->ru_minflt >= s->self.ru_minflt + s->children.ru_minflt ? "of both" : "WRONG",
           told->ru_maxrss >= s->self.ru_maxrss && told->ru_maxrss >= s->children.ru_maxrss ? "the larger" : "WRONG",
           told->ru_nvcsw >= s->self.ru_nvcsw + s->children.ru_nvcsw ? "of both" : "WRONG");
}

static void work(struct seen *s)
{
    fflush(stdout);
    if (fork() == 0) {
        burn(20000);
        _exit(0);
    }
    wait(NULL);
    burn(20000);
    getrusage(RUSAGE_SELF, &s->self);
    getrusage(RUSAGE_CHILDREN, &s->children);
}

int main(void)
{
    struct seen *s = shared_mem(sizeof *s);
    struct rusage u;
    siginfo_t si;
    int status;
    pid_t p = TRACED(work(s); raise(SIGUSR1); getrusage(RUSAGE_SELF, &s->self); raise(SIGUSR2));
    go_on(PTRACE_CONT, p, 0, "its child ends");
    MUST(ptrace(PTRACE_CONT, p, NULL, NULL) == 0);
    MUST(wait4(p, &status, 0, &u) == p);
    show_stop("wait4", status);
    compare("wait4", &u, s);
    MUST(ptrace(PTRACE_CONT, p, NULL, NULL) == 0);
    memset(&u, 0, sizeof u);
    MUST(raw(waitid, P_PID, p, &si, WSTOPPED | WNOWAIT, &u) == 0);
    printf("waitid: code %d, status %d\n", si.si_code, si.si_status);
    compare("waitid", &u, s);
    memset(&u, 0, sizeof u);
    printf("still to tell: %d\n", wait4(p, &status, WNOHANG, NULL) == p);
    MUST(ptrace(PTRACE_CONT, p, NULL, NULL) == 0);
    MUST(wait4(p, &status, 0, &u) == p);
    show_stop("end", status);
    compare("end", &u, s);
}
