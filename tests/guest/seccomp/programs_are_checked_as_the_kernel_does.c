/* covers: seccomp */
#include "../filter.h"

/* Each in a child, so that none stays. */
static void try(const char *name, const struct sock_filter *f, unsigned n)
{
    int status = IN_CHILD({
        no_new_privs();
        _exit(install(0, f, n) == 0 ? 0 : errno);
    });
    printf("%s: %s\n", name,
           WIFEXITED(status) ? WEXITSTATUS(status) ? errname(WEXITSTATUS(status)) : "taken" : "killed");
}
#define TRY(name, ...)                                                                                                 \
    do {                                                                                                               \
        const struct sock_filter f_[] = {__VA_ARGS__};                                                                 \
        try(name, f_, ARRAY_SIZE(f_));                                                                                 \
    } while (0)
#define OK RET(SECCOMP_RET_ALLOW)
#define S BPF_STMT
#define J BPF_JUMP

int main(void)
{
    TRY("one return", OK);
    TRY("return A", S(BPF_LD | BPF_IMM, SECCOMP_RET_ALLOW), S(BPF_RET | BPF_A, 0));
    TRY("return X", S(BPF_RET | BPF_X, 0));
    TRY("no return", S(BPF_LD | BPF_IMM, 1));
    TRY("return in the middle only", OK, S(BPF_LD | BPF_IMM, 1));
    TRY("load in bounds", S(BPF_LD | BPF_W | BPF_ABS, 60), OK);
    TRY("load past the end", S(BPF_LD | BPF_W | BPF_ABS, 64), OK);
    TRY("load not aligned", S(BPF_LD | BPF_W | BPF_ABS, 2), OK);
    TRY("load half", S(BPF_LD | BPF_H | BPF_ABS, 0), OK);
    TRY("load byte", S(BPF_LD | BPF_B | BPF_ABS, 0), OK);
    TRY("load indirect", S(BPF_LD | BPF_W | BPF_IND, 0), OK);
    TRY("load ancillary", S(BPF_LD | BPF_W | BPF_ABS, (uint32_t) SKF_AD_OFF), OK);
    TRY("load length", S(BPF_LD | BPF_W | BPF_LEN, 0), S(BPF_LDX | BPF_W | BPF_LEN, 0), OK);
    TRY("load ip header length", S(BPF_LDX | BPF_B | BPF_MSH, 0), OK);
    TRY("modulo", S(BPF_ALU | BPF_MOD | BPF_K, 3), OK);
    TRY("divide by 0", S(BPF_ALU | BPF_DIV | BPF_K, 0), OK);
    TRY("divide by 1", S(BPF_ALU | BPF_DIV | BPF_K, 1), OK);
    TRY("divide by X", S(BPF_ALU | BPF_DIV | BPF_X, 0), OK);
    TRY("shift by 31", S(BPF_ALU | BPF_LSH | BPF_K, 31), OK);
    TRY("shift by 32", S(BPF_ALU | BPF_LSH | BPF_K, 32), OK);
    TRY("shift right by 32", S(BPF_ALU | BPF_RSH | BPF_K, 32), OK);
    TRY("shift by X", S(BPF_ALU | BPF_RSH | BPF_X, 99), OK);
    TRY("negate", S(BPF_ALU | BPF_NEG, 0), OK);
    TRY("negate X", S(BPF_ALU | BPF_NEG | BPF_X, 0), OK);
    TRY("xor", S(BPF_ALU | BPF_XOR | BPF_K, 1), S(BPF_ALU | BPF_XOR | BPF_X, 1), OK);
    TRY("store and load", S(BPF_ST, 15), S(BPF_LD | BPF_MEM, 15), OK);
    TRY("store out of bounds", S(BPF_ST, 16), OK);
    TRY("store X out of bounds", S(BPF_STX, 16), OK);
    TRY("load what was not stored", S(BPF_LD | BPF_MEM, 0), OK);
    TRY("load X what was not stored", S(BPF_ST, 1), S(BPF_LDX | BPF_MEM, 0), OK);
    TRY("stored on one way only", LOAD_NR, J(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 1), S(BPF_ST, 3), S(BPF_LD | BPF_MEM, 3),
        OK);
    TRY("stored on both ways", LOAD_NR, J(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 2), S(BPF_ST, 3), S(BPF_JMP | BPF_JA, 1),
        S(BPF_STX, 3), S(BPF_LD | BPF_MEM, 3), OK);
    TRY("after a return anything was stored", S(BPF_JMP | BPF_JA, 1), OK, OK);
    TRY("jump to the last", S(BPF_JMP | BPF_JA, 0), OK);
    TRY("jump past the end", S(BPF_JMP | BPF_JA, 1), OK);
    TRY("jump backwards", S(BPF_JMP | BPF_JA, 0xffffffff), OK);
    TRY("branch past the end", J(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1), OK);
    TRY("branch past the end, true", J(BPF_JMP | BPF_JGT | BPF_K, 0, 1, 0), OK);
    TRY("branch on the last", LOAD_NR, J(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 0));
    TRY("branch with X", J(BPF_JMP | BPF_JSET | BPF_X, 0, 0, 0), OK);
    TRY("no such jump", J(BPF_JMP | 0x50, 0, 0, 0), OK);
    TRY("no such code", S(0xffff, 0), OK);
    TRY("class and more bits", S(BPF_RET | BPF_K | 0x100, SECCOMP_RET_ALLOW));
    TRY("transfer", S(BPF_MISC | BPF_TAX, 0), S(BPF_MISC | BPF_TXA, 0), OK);
    TRY("no such transfer", S(BPF_MISC | 0x40, 0), OK);
    TRY("load X from data", S(BPF_LDX | BPF_W | BPF_ABS, 0), OK);
    return t_end();
}
