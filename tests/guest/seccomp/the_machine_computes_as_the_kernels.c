/* covers: seccomp */
#include "../filter.h"

/* The low 8 bits of a computation come back as an errno. */
#define OUT                                                                                                            \
    BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xff), BPF_STMT(BPF_ALU | BPF_OR | BPF_K, SECCOMP_RET_ERRNO),                  \
        BPF_STMT(BPF_RET | BPF_A, 0)
#define A(v) BPF_STMT(BPF_LD | BPF_IMM, v)
#define X(v) BPF_STMT(BPF_LDX | BPF_IMM, v)
#define DO(op, v) BPF_STMT(BPF_ALU | BPF_##op | BPF_K, v)
#define DOX(op) BPF_STMT(BPF_ALU | BPF_##op | BPF_X, 0)
#define RUN(name, ...)                                                                                                 \
    SHOW_CHILD(name, {                                                                                                 \
        MUST(INSTALL(0, LOAD_NR, EQ(SYS_getppid, 1, 0), RET(SECCOMP_RET_ALLOW), __VA_ARGS__, OUT) == 0);               \
        errno = 0;                                                                                                     \
        syscall(SYS_getppid);                                                                                          \
        printf(name ": %d\n", errno);                                                                                  \
    })
#define BRANCH(op, a, k) A(a), BPF_JUMP(BPF_JMP | BPF_##op | BPF_K, k, 0, 2), A(1), BPF_STMT(BPF_JMP | BPF_JA, 1), A(2)
#define BRANCHX(op, a, x)                                                                                              \
    A(a), X(x), BPF_JUMP(BPF_JMP | BPF_##op | BPF_X, 0, 0, 2), A(1), BPF_STMT(BPF_JMP | BPF_JA, 1), A(2)

int main(void)
{
    no_new_privs();
    RUN("add", A(0xffffffff), DO(ADD, 5));
    RUN("add X", A(250), X(5), DOX(ADD));
    RUN("subtract", A(3), DO(SUB, 0xfffffff0));
    RUN("subtract X", A(99), X(98), DOX(SUB));
    RUN("multiply", A(0x10001), DO(MUL, 0x10001), DO(RSH, 16));
    RUN("multiply X", A(7), X(11), DOX(MUL));
    RUN("divide is unsigned", A(0xfffffff0), DO(DIV, 0x10000000));
    RUN("divide X", A(100), X(7), DOX(DIV));
    RUN("and or xor", A(0xcc), DO(AND, 0xaa), DO(OR, 1), DO(XOR, 0x0f));
    RUN("and X", A(0xcc), X(0x6c), DOX(AND));
    RUN("or X", A(0x40), X(2), DOX(OR));
    RUN("xor X", A(0x41), X(2), DOX(XOR));
    RUN("shift", A(3), DO(LSH, 31), DO(RSH, 30));
    RUN("shift X", A(1), X(6), DOX(LSH));
    RUN("shift X by 33", A(4), X(33), DOX(LSH));
    RUN("shift right X by 33", A(4), X(33), DOX(RSH));
    RUN("negate", A(0xffffff85), BPF_STMT(BPF_ALU | BPF_NEG, 0));
    RUN("memory", A(77), BPF_STMT(BPF_ST, 9), X(5), A(1), BPF_STMT(BPF_STX, 10), BPF_STMT(BPF_LD | BPF_MEM, 9),
        BPF_STMT(BPF_LDX | BPF_MEM, 10), DOX(ADD));
    RUN("transfer", A(9), BPF_STMT(BPF_MISC | BPF_TAX, 0), A(0), BPF_STMT(BPF_MISC | BPF_TXA, 0));
    RUN("length", BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0));
    RUN("length X", BPF_STMT(BPF_LDX | BPF_W | BPF_LEN, 0), BPF_STMT(BPF_MISC | BPF_TXA, 0));
    RUN("starts with X 0", BPF_STMT(BPF_MISC | BPF_TXA, 0));
    RUN("equal", BRANCH(JEQ, 5, 5));
    RUN("not equal", BRANCH(JEQ, 5, 6));
    RUN("greater is unsigned", BRANCH(JGT, 0x80000000, 1));
    RUN("not greater", BRANCH(JGT, 5, 5));
    RUN("greater or equal", BRANCH(JGE, 5, 5));
    RUN("not greater or equal", BRANCH(JGE, 4, 0xfffffff0));
    RUN("set", BRANCH(JSET, 6, 3));
    RUN("not set", BRANCH(JSET, 6, 9));
    RUN("equal X", BRANCHX(JEQ, 5, 5));
    RUN("greater X", BRANCHX(JGT, 5, 5));
    RUN("greater or equal X", BRANCHX(JGE, 0xffffffff, 5));
    RUN("set X", BRANCHX(JSET, 0x80000000, 0x80000000));
    RUN("high constant", BRANCH(JEQ, 0x80000000, 0x80000000));
    RUN("divide by zero kills", A(100), DOX(DIV));
    return t_end();
}
