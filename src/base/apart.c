#include "base/apart.h"

#include <errno.h>
#include <linux/close_range.h>
#include <linux/sched.h>
#include <signal.h>
#include <sanitizer/asan_interface.h>
#include <sys/mman.h>

#include "base/raw.h"

struct apart {
    void (*fn)(void *arg);
    void *arg;
    int keep;
    long failed;
};

static _Noreturn void apart_main(struct apart *a)
{
    /* Only now away from the caller's table: so the kernel leaves out what would be closed again at once. */
    a->failed = host(SYS_close_range, a->keep + 1, ~0u, CLOSE_RANGE_UNSHARE);
    if (!a->failed && a->keep > 0)
        a->failed = host(SYS_close_range, 0, a->keep - 1, 0);
    if (!a->failed)
        a->fn(a->arg);
    host(SYS_exit, 0);
    __builtin_unreachable();
}

/* clone(2) without what a C library does around it: the new thread is none of its. */
static long clone_apart(uint64_t flags, void *stack_top, struct apart *a)
{
    long ret;
    register long r10 __asm__("r10") = 0;
    register long r8 __asm__("r8") = 0;
    register void (*fn)(struct apart *) __asm__("r12") = apart_main;
    register struct apart *arg __asm__("r13") = a;
    __asm__ volatile("syscall\n\t"
                     "test %%rax, %%rax\n\t"
                     "jnz 1f\n\t"
                     "xor %%ebp, %%ebp\n\t"
                     "mov %%r13, %%rdi\n\t"
                     "call *%%r12\n\t"
                     "ud2\n"
                     "1:"
                     : "=a"(ret)
                     : "a"(SYS_clone), "D"(flags), "S"(stack_top), "d"(0l), "r"(r10), "r"(r8), "r"(fn), "r"(arg)
                     : "rcx", "r11", "memory");
    return ret;
}

int apart_run(void (*fn)(void *arg), void *arg, int keep)
{
    /* A thread, so that nobody can wait for it; CLONE_VFORK, so that it is over when the call returns. */
    const uint64_t flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_VFORK;
    const uint64_t all = ~0ull;
    uint64_t before;
    struct apart a = {fn, arg, MAX(keep, -1), 0};
    void *stack = mmap(NULL, APART_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (stack == MAP_FAILED)
        return -ENOMEM;
    ASAN_UNPOISON_MEMORY_REGION(stack, APART_STACK); /* frames of one that never returned may have been here */
    host(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before, sizeof all);
    long r = clone_apart(flags, (char *) stack + APART_STACK, &a);
    host(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, sizeof all);
    munmap(stack, APART_STACK);
    return (int) (r < 0 ? r : a.failed);
}
