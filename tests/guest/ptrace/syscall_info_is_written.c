/* covers: ptrace */
/* PTRACE_SET_SYSCALL_INFO: EIO where the kernel is older than Linux 6.16. */
#include "ptrace.h"

#include <sys/syscall.h>

#define GET 0x420e
#define SET 0x4212

struct info {
    uint8_t op, reserved;
    uint16_t flags;
    uint32_t arch;
    uint64_t ip, sp, nr, args[6];
    uint32_t data, more;
};

static struct info of(pid_t p)
{
    struct info i = {0};
    MUST(ptrace(GET, p, (void *) sizeof i, &i) > 0);
    return i;
}

static void set(pid_t p, struct info i, size_t size, const char *what)
{
    show(what, ptrace(SET, p, (void *) size, &i));
}

int main(void)
{
    pid_t p = TRACED(long r = syscall(SYS_getppid, 1, 2, 3, 4, 5, 6); r += syscall(SYS_getppid);
                     if (r == 1099) syscall(SYS_getppid); _exit((int) r & 127));
    struct info i, with;
    set(p, (struct info){0}, sizeof i, "at a signal");
    ptrace(PTRACE_SETOPTIONS, p, NULL, (void *) PTRACE_O_TRACESYSGOOD);
    do {
        go_on(PTRACE_SYSCALL, p, 0, "call");
        i = of(p);
        if (i.op == 1 && i.nr != SYS_getppid)
            go_on(PTRACE_SYSCALL, p, 0, "its end");
    } while (i.nr != SYS_getppid);
    with = i;
    with.op = 2;
    set(p, with, sizeof i, "another kind of stop");
    with = i;
    with.reserved = 1;
    set(p, with, sizeof i, "reserved");
    with = i;
    with.flags = 1;
    set(p, with, sizeof i, "flags");
    set(p, i, sizeof i - 1, "too short");
    show("nowhere", ptrace(SET, p, (void *) sizeof i, (void *) 8));
    with = i;
    with.nr = 1ull << 32 | 39;
    set(p, with, sizeof i, "no number");
    with = i;
    with.nr = SYS_umask;
    with.args[0] = 022;
    with.args[5] = 77;
    with.ip = with.arch = 0;
    set(p, with, sizeof i + 8, "another call");
    i = of(p);
    printf("call %d args %d %d\n", (int) i.nr, (int) i.args[0], (int) i.args[5]);
    struct user_regs_struct r = regs_of(p);
    printf("orig_rax %ld rdi %ld r9 %ld\n", (long) r.orig_rax, (long) r.rdi, (long) r.r9);
    go_on(PTRACE_SYSCALL, p, 0, "its end");
    i = of(p);
    i.nr = 1000; /* the result */
    i.args[0] = 0;
    set(p, i, sizeof i, "result");
    go_on(PTRACE_SYSCALL, p, 0, "second call");
    i = of(p);
    i.nr = ~0ull;
    i.args[0] = 55;
    set(p, i, sizeof i, "skipped");
    r = regs_of(p);
    printf("orig_rax %ld\n", (long) r.orig_rax);
    go_on(PTRACE_SYSCALL, p, 0, "its end");
    i = of(p);
    i.nr = 99;
    set(p, i, sizeof i, "result");
    go_on(PTRACE_SYSCALL, p, 0, "third call, if both were taken");
    i = of(p);
    printf("getppid %d\n", i.nr == SYS_getppid);
    ptrace(PTRACE_KILL, p, NULL, NULL);
    show_stop("end", next_status(p));
}
