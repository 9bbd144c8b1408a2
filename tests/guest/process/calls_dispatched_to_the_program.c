/* covers: prctl */
#include <pthread.h>
#include <sys/prctl.h>
#include <ucontext.h>

#include "../child.h"

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#endif

static volatile char selector;
extern char after_call[];

__attribute__((noipa)) static long here(long nr)
{
    long r;
    __asm__ volatile("syscall\n.globl after_call\nafter_call:"
                     : "=a"(r)
                     : "a"(nr), "D"(0), "S"(0), "d"(0)
                     : "rcx", "r11", "memory");
    return r;
}

static void on_sys(int sig, siginfo_t *si, void *context)
{
    ucontext_t *uc = context;
    selector = 0;
    printf("%s code %d errno %d call %d arch %x there %d rax %lld\n", signame(sig), si->si_code, si->si_errno,
           si->si_syscall, si->si_arch, si->si_call_addr == after_call, uc->uc_mcontext.gregs[REG_RAX]);
    uc->uc_mcontext.gregs[REG_RAX] = 4711;
}

static long set(long mode, long offset, long len, const volatile void *sel)
{
    return raw(prctl, PR_SET_SYSCALL_USER_DISPATCH, mode, offset, len, sel);
}

static void *other(void *arg)
{
    printf("thread %d\n", syscall(SYS_getppid) > 0);
    return arg;
}

int main(void)
{
    struct sigaction sa = {.sa_sigaction = on_sys, .sa_flags = SA_SIGINFO};
    sigaction(SIGSYS, &sa, NULL);
    show("off with offset", set(0, 1, 0, NULL));
    show("off with length", set(0, 0, 1, NULL));
    show("off with selector", set(0, 0, 0, &selector));
    show("no such mode", set(9, 0, 0, NULL));
    show("empty range", set(1, 4096, 0, NULL));
    show("range that wraps", set(1, 4096, -1, NULL));
    show("selector of the kernel's", set(1, 0, 0, BAD_KERNEL));
    show("off", set(0, 0, 0, NULL));
    show("on", set(1, 0, 0, &selector));
    printf("let pass: %d\n", here(SYS_getppid) > 0);
    selector = 1;
    long r = here(SYS_getppid);
    printf("dispatched: %ld, selector %d\n", r, selector);
    selector = 1;
    r = here(9999);
    printf("no call: %ld\n", r);
    /* Neither threads nor children nor programs have it. */
    pthread_t t;
    selector = 0;
    MUST(pthread_create(&t, NULL, other, NULL) == 0);
    pthread_join(t, NULL);
    show_status("fork", IN_CHILD({
                    selector = 1;
                    printf("child %d\n", here(SYS_getppid) > 0);
                }));
    show_status("within the range", IN_CHILD({
                    MUST(set(1, (long) after_call, 1, &selector) == 0);
                    selector = 1;
                    r = here(SYS_getppid);
                    selector = 0;
                    printf("%d\n", r > 0);
                }));
    show_status("a selector of another value", IN_CHILD({
                    MUST(set(1, 0, 0, &selector) == 0);
                    selector = 2;
                    here(SYS_getppid);
                }));
    show_status("a selector that cannot be read", IN_CHILD({
                    set(1, 0, 0, BAD_PTR);
                    here(SYS_getppid);
                }));
    return t_end();
}
