/* covers: clone clone3 arch_prctl set_tid_address futex */
#include <asm/prctl.h>
#include <linux/futex.h>
#include <sched.h>

#include "child.h"

/* A process of its own memory that starts on a stack, and with an FS base, that clone names; and what is written where: child
 * tid, parent tid, and the word that is cleared when it ends. */
struct args {
    uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size, cgroup;
};

static char stack[65536] __attribute__((aligned(16)));
static uint64_t thread_data[512] __attribute__((aligned(64)));
static int *shared;

/* By raw instructions: there is no C library with this FS base. Exits with what it saw. */
static __attribute__((noinline)) long clone_raw(long nr, long a, long b, long c, long d, long e, void (*child)(void))
{
    long r;
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register void (*then)(void) __asm__("r12") = child;
    __asm__ volatile("syscall\n\t"
                     "test %%rax, %%rax\n\t"
                     "jnz 1f\n\t"
                     "xor %%ebp, %%ebp\n\t"
                     "and $-16, %%rsp\n\t"
                     "call *%[then]\n\t"
                     "1:"
                     : "=a"(r)
                     : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), [then] "r"(then)
                     : "rcx", "r11", "memory", "cc");
    return r;
}

#define EXIT_RAW(code)                                                                                                 \
    do                                                                                                                 \
        __asm__ volatile("syscall" : : "a"((long) SYS_exit_group), "D"((long) (code)) : "rcx", "r11", "memory");       \
    while (1)

__attribute__((optimize("no-stack-protector"))) static void child(void)
{
    char here;
    uint64_t fs;
    long code = 0;
    __asm__ volatile("movq %%fs:8, %0" : "=r"(fs));
    code |= &here > stack && &here < stack + sizeof(stack) ? 0 : 1;
    code |= fs == 0xabcdef ? 0 : 2;
    shared[0] = shared[1]; /* the child's tid, if it was put there */
    EXIT_RAW(code + 16);
}

__attribute__((optimize("no-stack-protector"))) static void child_same_stack(void)
{
    uint64_t fs;
    __asm__ volatile("movq %%fs:8, %0" : "=r"(fs));
    EXIT_RAW(fs == 0xabcdef ? 3 : 4);
}

int main(void)
{
    int ptid = 0;
    shared = shared_mem(T_PAGE);
    thread_data[1] = 0xabcdef;
    long top = (long) (stack + sizeof(stack)), tls = (long) thread_data;

    long pid = clone_raw(SYS_clone, CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | SIGCHLD, top,
                         (long) &ptid, (long) &shared[1], tls, child);
    MUST(pid > 0);
    show_wait("clone, stack and thread data", (pid_t) pid);
    CHECK(ptid == pid && shared[0] == pid && shared[1] == pid);

    struct args a = {.flags = CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID,
                     .exit_signal = SIGCHLD,
                     .stack = (uintptr_t) stack,
                     .stack_size = sizeof(stack),
                     .tls = (uintptr_t) thread_data,
                     .parent_tid = (uintptr_t) &ptid,
                     .child_tid = (uintptr_t) &shared[1]};
    shared[0] = shared[1] = ptid = 0;
    pid = clone_raw(SYS_clone3, (long) &a, sizeof(a), 0, 0, 0, child);
    MUST(pid > 0);
    show_wait("clone3, stack and thread data", (pid_t) pid);
    CHECK(ptid == pid && shared[0] == pid && shared[1] == pid);

    pid = clone_raw(SYS_clone, CLONE_SETTLS | SIGCHLD, 0, 0, 0, tls, child_same_stack);
    MUST(pid > 0);
    show_wait("thread data alone", (pid_t) pid);
    pid = clone_raw(SYS_clone, CLONE_VM | CLONE_VFORK | CLONE_SETTLS | SIGCHLD, top, 0, 0, tls, child);
    MUST(pid > 0);
    show_wait("in the same memory", (pid_t) pid);

    /* the word is cleared, and whoever waits for it woken, when a child in the same memory ends */
    shared[1] = -1;
    pid = clone_raw(SYS_clone, CLONE_VM | CLONE_SETTLS | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD, top, 0,
                    (long) &shared[1], tls, child);
    MUST(pid > 0);
    for (int v; (v = __atomic_load_n(&shared[1], __ATOMIC_ACQUIRE)) != 0;)
        raw(futex, &shared[1], FUTEX_WAIT, v, NULL, NULL, 0);
    CHECK(shared[0] == pid);
    show_wait("cleared at its end", (pid_t) pid);

    /* and by one in memory of its own, if the word is in memory that others have */
    shared[1] = -1;
    pid = clone_raw(SYS_clone, CLONE_SETTLS | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD, top, 0,
                    (long) &shared[1], tls, child);
    MUST(pid > 0);
    reap((pid_t) pid);
    CHECK(shared[0] == pid);
    printf("word in shared memory: %s\n", shared[1] == 0 ? "cleared" : "left");

    show("thread data nowhere", raw(clone, CLONE_SETTLS | SIGCHLD, 0, 0, 0, 1l << 63));
    a.stack_size = 0;
    show("no size", raw(clone3, &a, sizeof(a)));
    show("no child", waitpid(-1, NULL, 0));
    return t_end();
}
