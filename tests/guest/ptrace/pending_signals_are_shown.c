/* covers: ptrace */
#include "ptrace.h"

#define FROM 3

static void show_queue(pid_t p, uint64_t off, uint32_t flags, int32_t nr)
{
    struct {
        uint64_t off;
        uint32_t flags;
        int32_t nr;
    } a = {off, flags, nr};
    siginfo_t si[16];
    memset(si, 0x55, sizeof si);
    long n = ptrace(0x4209, p, &a, si);
    printf("%s, %d from %d: ", flags & 1 ? "process" : "thread", nr, (int) off);
    show("", n);
    for (long i = 0; i < n; i++)
        printf("  %d code %d of %s value %d\n", si[i].si_signo, si[i].si_code,
               si[i].si_pid == p          ? "its own"
               : si[i].si_pid == getpid() ? "its tracer"
                                          : "another",
               si[i].si_code == SI_QUEUE ? si[i].si_value.sival_int : 0);
}

static void show_both(pid_t p)
{
    for (uint32_t shared = 0; shared < 2; shared++)
        show_queue(p, 0, shared, 16);
}

static void block_all(void)
{
    sigset_t s;
    sigfillset(&s);
    sigprocmask(SIG_SETMASK, &s, NULL);
}

static void drain(void)
{
    sigset_t s;
    siginfo_t si;
    const struct timespec now = {0};
    sigfillset(&s);
    while (raw(rt_sigtimedwait, &s, &si, &now, 8) > 0)
        printf("taken %d code %d\n", si.si_signo, si.si_code);
    fflush(stdout);
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    pid_t p = TRACED(block_all(); raise(SIGUSR2); kill(getpid(), SIGUSR1); raw(getppid); drain());
    go_on(PTRACE_SYSCALL, p, 0, "mask, entry");
    for (int call = 0; call < 60 && regs_of(p).orig_rax != SYS_getppid; call++)
        if (ptrace(PTRACE_SYSCALL, p, NULL, NULL) || next_status(p) < 0)
            break;
    show_both(p);
    union sigval v = {.sival_int = 41};
    for (int i = 0; i < 4; i++, v.sival_int++)
        MUST(sigqueue(p, SIGRTMIN + 4 - i % 2, v) == 0);
    MUST(kill(p, SIGTERM) == 0);
    MUST(raw(tgkill, p, p, SIGHUP) == 0);
    MUST(raw(tgkill, p, p, SIGRTMIN + 7) == 0);
    show_both(p);
    show_queue(p, 1, 1, 2);
    show_queue(p, FROM, 1, 1);
    show_queue(p, 7, 1, 4);
    show_queue(p, 1ull << 40, 1, 4);
    show_queue(p, 0, 1, 0);
    show_queue(p, 0, 2, 4);
    show_queue(p, 0, 0, -1);
    struct {
        uint64_t off;
        uint32_t flags;
        int32_t nr;
    } a = {0, 1, 4};
    show("no arguments", ptrace(0x4209, p, BAD_PTR, &a));
    show("no room", ptrace(0x4209, p, &a, BAD_PTR));
    char *edge = mmap(NULL, 2 * T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(edge != MAP_FAILED && munmap(edge + T_PAGE, T_PAGE) == 0);
    show("room for two", ptrace(0x4209, p, &a, edge + T_PAGE - 2 * sizeof(siginfo_t) - 8));
    go_on(PTRACE_CONT, p, 0, "end");
    show("of one that is gone", ptrace(0x4209, p, &a, edge));
}
