/* covers: ptrace seccomp prctl */
#include <ucontext.h>

#include "../filter.h"
#include "../ptrace.h"

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#endif

/* A call that becomes a SIGSYS is as if it had not been made, for its handler and for a tracer. */

#define TRAPPED (0x700000000l + 7000)

static volatile char selector;
static int mask_first;

__attribute__((noipa)) static long call(long nr)
{
    long r;
    __asm__ volatile("syscall" : "=a"(r) : "a"(nr), "D"(1), "S"(2), "d"(3) : "rcx", "r11", "memory");
    return r;
}

static void on_sys(int sig, siginfo_t *si, void *context)
{
    ucontext_t *uc = context;
    selector = 0;
    printf("handler: %s code %d call %d rax %llx\n", signame(sig), si->si_code, si->si_syscall,
           (unsigned long long) uc->uc_mcontext.gregs[REG_RAX]);
    uc->uc_mcontext.gregs[REG_RAX] = 4711;
}

static void trapped(void)
{
    MUST(filter_one(0, 7000, SECCOMP_RET_TRAP | 0xbeef) == 0);
    call(-7);
    printf("result %ld\n", call(TRAPPED));
}

static void dispatched(void)
{
    MUST(raw(prctl, PR_SET_SYSCALL_USER_DISPATCH, 1, 0, 0, &selector) == 0);
    call(-7);
    selector = 1;
    printf("result %ld\n", call(TRAPPED));
}

/* Every stop from call -7 on to the next write, and where the handler's program goes on. */
static void watch(const char *name, void (*what)(void), int request)
{
    printf("-- %s\n", name);
    pid_t p = TRACED({
        struct sigaction sa = {.sa_sigaction = on_sys, .sa_flags = SA_SIGINFO};
        sigset_t all;
        no_new_privs();
        sigaction(SIGSYS, &sa, NULL);
        sigfillset(&all);
        if (mask_first)
            sigprocmask(SIG_BLOCK, &all, NULL);
        what();
    });
    MUST(ptrace(PTRACE_SETOPTIONS, p, NULL, (void *) (PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL)) == 0);
    int status = 0, sig = 0;
    bool on = false, over = false;
    for (;;) {
        MUST(ptrace(on && !over ? request : on ? PTRACE_CONT : PTRACE_SYSCALL, p, NULL, (void *) (long) sig) == 0);
        status = next_status(p);
        if (!WIFSTOPPED(status))
            break;
        struct user_regs_struct r = regs_of(p);
        sig = WSTOPSIG(status) & 0x80 || WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
        if (on && !over && WSTOPSIG(status) == (SIGTRAP | 0x80) && r.orig_rax == SYS_write)
            over = true;
        if (on && !over && (request != PTRACE_SINGLESTEP || r.orig_rax != ~0ull || sig)) {
            struct __ptrace_syscall_info info = {0};
            ptrace(PTRACE_GET_SYSCALL_INFO, p, sizeof info, &info);
            printf("stopped by %x, orig_rax %llx rax %llx, kind %d nr %llx\n", WSTOPSIG(status),
                   (unsigned long long) r.orig_rax, (unsigned long long) r.rax, info.op,
                   info.op == PTRACE_SYSCALL_INFO_ENTRY ? (unsigned long long) info.entry.nr : 0);
        }
        if (on && request == PTRACE_SINGLESTEP && sig)
            over = true;
        if (r.orig_rax == -7ull || (int) r.orig_rax == -7)
            on = true;
    }
    show_stop("end", status);
}

int main(void)
{
    watch("filter, calls", trapped, PTRACE_SYSCALL);
    watch("filter, signals", trapped, PTRACE_CONT);
    watch("dispatch, calls", dispatched, PTRACE_SYSCALL);
    watch("dispatch, signals", dispatched, PTRACE_CONT);
    watch("dispatch, steps", dispatched, PTRACE_SINGLESTEP);
    mask_first = 1;
    watch("filter, blocked", trapped, PTRACE_SYSCALL);
    watch("dispatch, blocked", dispatched, PTRACE_SYSCALL);
    return t_end();
}
