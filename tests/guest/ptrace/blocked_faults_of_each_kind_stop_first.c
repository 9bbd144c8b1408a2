/* covers: ptrace */
/* A fault kills where its signal is blocked, but the tracer is told before, and may let it go on. */
#include "ptrace.h"

static void fault(int n)
{
    if (n == 0)
        __asm__ volatile("int3");
    else if (n == 1)
        __asm__ volatile("ud2");
    else if (n == 2)
        __asm__ volatile("div %%ecx" : : "a"(1), "d"(0), "c"(0));
    else
        *(volatile int *) 8 = 1;
}

int main(void)
{
    static const int length[] = {0, 2, 2, 0}; /* int3 stops behind it */
    for (int n = 0; n < 4; n++)
        for (int deliver = 0; deliver < (n < 3 ? 2 : 1); deliver++) {
            pid_t p = TRACED(sigset_t all; sigfillset(&all); sigprocmask(SIG_BLOCK, &all, NULL); fault(n));
            int status = go_on(PTRACE_CONT, p, 0, "fault");
            struct user_regs_struct r = regs_of(p);
            r.rip += (unsigned) length[n];
            siginfo_t si = {0};
            unsigned long mask = 0;
            ptrace(PTRACE_GETSIGINFO, p, NULL, &si);
            MUST(ptrace(PTRACE_GETSIGMASK, p, (void *) sizeof mask, &mask) == 0);
            printf("code %d mask %lx\n", si.si_code, mask);
            if (!deliver)
                set_regs(p, r);
            go_on(PTRACE_CONT, p, deliver || n == 3 ? WSTOPSIG(status) : 0, "then");
            ptrace(PTRACE_KILL, p, NULL, NULL);
            next_status(p);
        }
}
