/* covers: ptrace */
/* cflags: -Wno-format */
#include "ptrace.h"

int main(void)
{
    pid_t p = TRACED(;);
    struct user_regs_struct r = regs_of(p);
    long *w = (long *) &r;
    int same = 0;
    for (unsigned i = 0; i < sizeof r / 8; i++) {
        errno = 0;
        same += ptrace(PTRACE_PEEKUSER, p, (void *) (i * 8l), NULL) == w[i] && !errno;
    }
    printf("%d of %zu agree\n", same, sizeof r / 8);
    show("odd", ptrace(PTRACE_PEEKUSER, p, (void *) 3l, NULL));
    show("beyond", ptrace(PTRACE_PEEKUSER, p, (void *) 0x10000l, NULL));
    errno = 0;
    printf("debug registers %ld %ld\n", ptrace(PTRACE_PEEKUSER, p, (void *) offsetof(struct user, u_debugreg[0]), NULL),
           ptrace(PTRACE_PEEKUSER, p, (void *) offsetof(struct user, u_debugreg[7]), NULL));
    show("poke", ptrace(PTRACE_POKEUSER, p, (void *) offsetof(struct user_regs_struct, r15), (void *) 99l));
    printf("r15 %lld\n", regs_of(p).r15);
    set_regs(p, r);
    go_on(PTRACE_CONT, p, 0, "end");
}
