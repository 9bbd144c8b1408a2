/* covers: seccomp gettimeofday time getcpu */
/* svm: no (that kernel maps no vsyscall page) */
#include <ucontext.h>

#include "../filter.h"

#define ENTRY(i) (0xffffffffff600000ul + 1024 * (i))

static long call(int i)
{
    long r = 0;
    __asm__ volatile("call *%1" : "=a"(r) : "r"(ENTRY(i)), "D"(0), "S"(0), "d"(0), "0"(7l) : "rcx", "r11", "memory");
    return r;
}

static void on_sys(int sig, siginfo_t *si, void *context)
{
    ucontext_t *uc = context;
    (void) sig;
    printf("call %d at %lx rax %lld\n", si->si_syscall, (unsigned long) si->si_call_addr,
           uc->uc_mcontext.gregs[REG_RAX]);
}

int main(void)
{
    struct sigaction sa = {.sa_sigaction = on_sys, .sa_flags = SA_SIGINFO};
    static const long nr[] = {SYS_gettimeofday, SYS_time, SYS_getcpu};
    no_new_privs();
    sigaction(SIGSYS, &sa, NULL);
    for (int i = 0; i < 3; i++) {
        printf("entry %d\n", i);
        SHOW_CHILD("errno", {
            MUST(filter_one(0, nr[i], ERRNO(EXFULL)) == 0);
            printf("%ld\n", call(i));
        });
        SHOW_CHILD("trap", {
            MUST(filter_one(0, nr[i], SECCOMP_RET_TRAP) == 0);
            printf("%ld\n", call(i));
        });
        SHOW_CHILD("trace", {
            MUST(filter_one(0, nr[i], SECCOMP_RET_TRACE) == 0);
            printf("%ld\n", call(i));
        });
        SHOW_CHILD("kill", {
            MUST(filter_one(0, nr[i], SECCOMP_RET_KILL_PROCESS) == 0);
            call(i);
        });
    }
    return t_end();
}
