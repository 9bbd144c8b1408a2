/* covers: ptrace */
/* cflags: -Wno-format */
/* Every bit of the flags: what stays of it. */
#include "ptrace.h"

int main(void)
{
    pid_t p = TRACED(;);
    struct user_regs_struct r = regs_of(p);
    for (int i = 0; i < 32; i++) {
        struct user_regs_struct u = r;
        u.eflags = r.eflags ^ 1ul << i;
        set_regs(p, u);
        printf("bit %d: %llx", i, regs_of(p).eflags ^ r.eflags);
        u = r;
        printf(", poke %ld", ptrace(PTRACE_POKEUSER, p, (void *) offsetof(struct user_regs_struct, eflags),
                                    (void *) (r.eflags ^ 1ul << i)));
        printf(" %llx\n", regs_of(p).eflags ^ r.eflags);
        set_regs(p, r);
    }
    go_on(PTRACE_CONT, p, 0, "end");
}
