/* covers: ptrace */
/* Words of the user area behind the registers, and selectors: of ring 3 or none. */
#include "ptrace.h"

int main(void)
{
    static const struct {
        const char *name;
        size_t at;
    } reg[] = {{"ds", offsetof(struct user_regs_struct, ds)}, {"es", offsetof(struct user_regs_struct, es)},
               {"fs", offsetof(struct user_regs_struct, fs)}, {"gs", offsetof(struct user_regs_struct, gs)},
               {"cs", offsetof(struct user_regs_struct, cs)}, {"ss", offsetof(struct user_regs_struct, ss)}};
    static const long value[] = {0x2b, 0x10, 3, 0x63, 0x1000, 0x33, 0x1ffff, 0};
    pid_t p = TRACED(;);
    for (long at = 896; at <= 936; at += 8) {
        printf("at %ld: ", at);
        errno = 0;
        show("peek", ptrace(PTRACE_PEEKUSER, p, (void *) at, NULL) == -1 && errno ? -1 : 0);
    }
    for (unsigned i = 0; i < ARRAY_SIZE(reg); i++)
        for (unsigned k = 0; k < ARRAY_SIZE(value); k++) {
            if (i > 3 && ((value[k] & 3) == 3) && value[k] != (i == 4 ? 0x33 : 0x2b))
                continue; /* another mode, or a fault to come */
            printf("%s %lx: ", reg[i].name, value[k]);
            show("poke", ptrace(PTRACE_POKEUSER, p, (void *) reg[i].at, (void *) value[k]));
            struct user_regs_struct r = regs_of(p);
            printf("reads %lx\n", (long) ptrace(PTRACE_PEEKUSER, p, (void *) reg[i].at, NULL));
            show("and all together", ptrace(PTRACE_SETREGS, p, NULL, &r));
        }
    go_on(PTRACE_CONT, p, 0, "end");
}
