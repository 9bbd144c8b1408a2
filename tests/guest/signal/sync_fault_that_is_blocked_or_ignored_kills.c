/* covers: rt_sigprocmask rt_sigaction kill */
#include <sys/resource.h>

#include "child.h"

static void never(int sig)
{
    (void) sig;
    _exit(98);
}

int main(void)
{
    struct rlimit none = {0, 0};
    sigset_t segv;
    MUST(setrlimit(RLIMIT_CORE, &none) == 0);
    sigemptyset(&segv);
    sigaddset(&segv, SIGSEGV);
    sigaddset(&segv, SIGFPE);
    sigaddset(&segv, SIGILL);
    show_status("default", IN_CHILD(*(volatile char *) BAD_PTR = 1));
    show_status("ignored", IN_CHILD({
                    signal(SIGSEGV, SIG_IGN);
                    *(volatile char *) BAD_PTR = 1;
                }));
    show_status("blocked, with a handler", IN_CHILD({
                    signal(SIGSEGV, never);
                    sigprocmask(SIG_BLOCK, &segv, NULL);
                    *(volatile char *) BAD_PTR = 1;
                }));
    show_status("blocked illegal instruction", IN_CHILD({
                    signal(SIGILL, never);
                    sigprocmask(SIG_BLOCK, &segv, NULL);
                    __asm__ volatile("ud2");
                }));
    show_status("ignored division", IN_CHILD({
                    signal(SIGFPE, SIG_IGN);
                    __asm__ volatile("xorl %%ecx, %%ecx; movl $1, %%eax; cltd; idivl %%ecx" : : : "eax", "ecx", "edx");
                }));
    /* sent by kill they are signals like any other */
    show_status("ignored and sent", IN_CHILD({
                    signal(SIGSEGV, SIG_IGN);
                    kill(getpid(), SIGSEGV);
                }));
    show_status("blocked and sent", IN_CHILD({
                    signal(SIGSEGV, never);
                    sigprocmask(SIG_BLOCK, &segv, NULL);
                    kill(getpid(), SIGSEGV);
                    sigset_t p;
                    sigpending(&p);
                    printf("pending %d\n", sigismember(&p, SIGSEGV));
                    signal(SIGSEGV, SIG_IGN);
                    sigpending(&p);
                    printf("pending %d\n", sigismember(&p, SIGSEGV));
                }));
    show_status("sent with a handler", IN_CHILD({
                    signal(SIGSEGV, never);
                    kill(getpid(), SIGSEGV);
                }));
    show_status("fault in the handler of a fault", IN_CHILD({
                    signal(SIGSEGV, (void (*)(int)) 16);
                    *(volatile char *) BAD_PTR = 1;
                }));
    show_status("handler nowhere", IN_CHILD({
                    signal(SIGUSR1, (void (*)(int)) 16);
                    raise(SIGUSR1);
                }));
    show_status(
        "stack nowhere", IN_CHILD({
            signal(SIGUSR1, never);
            int pid = getpid();
            __asm__ volatile("movq $64, %%rsp; syscall; hlt" : : "a"(SYS_kill), "D"(pid), "S"(SIGUSR1) : "memory");
        }));
    show_status("sigreturn to nonsense", IN_CHILD({
                    __asm__ volatile("movq %0, %%rsp; syscall; hlt" : : "r"(64l), "a"(SYS_rt_sigreturn) : "memory");
                }));
    return t_end();
}
