#include "task/bpf.h"

#include <errno.h>

/* Jumps lead forward and inside; memory words are written on every way to where they are read. */
static int check_words(const struct sock_filter *f, unsigned n)
{
    uint16_t at[BPF_MAXINSNS], valid = 0; /* words that are valid wherever a jump comes from */
    for (unsigned i = 0; i < n; i++)
        at[i] = UINT16_MAX;
    for (unsigned pc = 0; pc < n; pc++) {
        valid &= at[pc];
        switch (f[pc].code) {
        case BPF_ST:
        case BPF_STX:
            valid |= (uint16_t) (1u << f[pc].k);
            break;
        case BPF_LD | BPF_MEM:
        case BPF_LDX | BPF_MEM:
            if (!(valid >> f[pc].k & 1))
                return -EINVAL;
            break;
        case BPF_JMP | BPF_JA:
            at[pc + 1 + f[pc].k] &= valid;
            valid = UINT16_MAX;
            break;
        default:
            if (BPF_CLASS(f[pc].code) != BPF_JMP)
                break;
            at[pc + 1 + f[pc].jt] &= valid;
            at[pc + 1 + f[pc].jf] &= valid;
            valid = UINT16_MAX;
        }
    }
    return 0;
}

static bool allowed(const struct sock_filter *i, unsigned left)
{
    switch (i->code) {
    case BPF_LD | BPF_W | BPF_ABS:
        return i->k < sizeof(struct seccomp_data) && !(i->k & 3);
    case BPF_LD | BPF_MEM:
    case BPF_LDX | BPF_MEM:
    case BPF_ST:
    case BPF_STX:
        return i->k < BPF_MEMWORDS;
    case BPF_ALU | BPF_DIV | BPF_K:
        return i->k != 0;
    case BPF_ALU | BPF_LSH | BPF_K:
    case BPF_ALU | BPF_RSH | BPF_K:
        return i->k < 32;
    case BPF_JMP | BPF_JA:
        return i->k < left;
    case BPF_JMP | BPF_JEQ | BPF_K:
    case BPF_JMP | BPF_JEQ | BPF_X:
    case BPF_JMP | BPF_JGE | BPF_K:
    case BPF_JMP | BPF_JGE | BPF_X:
    case BPF_JMP | BPF_JGT | BPF_K:
    case BPF_JMP | BPF_JGT | BPF_X:
    case BPF_JMP | BPF_JSET | BPF_K:
    case BPF_JMP | BPF_JSET | BPF_X:
        return i->jt < left && i->jf < left;
    case BPF_LD | BPF_W | BPF_LEN:
    case BPF_LDX | BPF_W | BPF_LEN:
    case BPF_LD | BPF_IMM:
    case BPF_LDX | BPF_IMM:
    case BPF_MISC | BPF_TAX:
    case BPF_MISC | BPF_TXA:
    case BPF_RET | BPF_K:
    case BPF_RET | BPF_A:
    case BPF_ALU | BPF_ADD: /* BPF_K */
    case BPF_ALU | BPF_ADD | BPF_X:
    case BPF_ALU | BPF_SUB | BPF_K:
    case BPF_ALU | BPF_SUB | BPF_X:
    case BPF_ALU | BPF_MUL | BPF_K:
    case BPF_ALU | BPF_MUL | BPF_X:
    case BPF_ALU | BPF_DIV | BPF_X:
    case BPF_ALU | BPF_AND | BPF_K:
    case BPF_ALU | BPF_AND | BPF_X:
    case BPF_ALU | BPF_OR | BPF_K:
    case BPF_ALU | BPF_OR | BPF_X:
    case BPF_ALU | BPF_XOR | BPF_K:
    case BPF_ALU | BPF_XOR | BPF_X:
    case BPF_ALU | BPF_LSH | BPF_X:
    case BPF_ALU | BPF_RSH | BPF_X:
    case BPF_ALU | BPF_NEG:
        return true;
    }
    return false;
}

int bpf_check(const struct sock_filter *f, unsigned n)
{
    for (unsigned pc = 0; pc < n; pc++)
        if (!allowed(&f[pc], n - pc - 1))
            return -EINVAL;
    if (f[n - 1].code != (BPF_RET | BPF_K) && f[n - 1].code != (BPF_RET | BPF_A))
        return -EINVAL;
    return check_words(f, n);
}

/* bpf_convert_filter() of the kernel. */
unsigned bpf_kernel_length(const struct sock_filter *f, unsigned n)
{
    unsigned total = 3; /* clears A and X, keeps the context */
    for (unsigned pc = 0; pc < n; pc++) {
        const struct sock_filter *i = &f[pc];
        bool jump = BPF_CLASS(i->code) == BPF_JMP && BPF_OP(i->code) != BPF_JA;
        if (i->code == (BPF_RET | BPF_K))
            total += 2;
        else if (i->code == (BPF_ALU | BPF_DIV | BPF_X))
            total += 5;
        else if (jump)
            /* One where it falls through on one side and there is an instruction for it; a constant that looks negative takes a register. */
            total += (i->jf == 0 || (i->jt == 0 && BPF_OP(i->code) != BPF_JSET) ? 1 : 2) +
                     (BPF_SRC(i->code) == BPF_K && i->k >> 31);
        else
            total++;
    }
    return total;
}

static uint32_t alu(uint16_t op, uint32_t a, uint32_t v)
{
    switch (op) {
    case BPF_ADD:
        return a + v;
    case BPF_SUB:
        return a - v;
    case BPF_MUL:
        return a * v;
    case BPF_DIV:
        return a / v;
    case BPF_AND:
        return a & v;
    case BPF_OR:
        return a | v;
    case BPF_XOR:
        return a ^ v;
    case BPF_LSH:
        return a << (v & 31);
    case BPF_RSH:
        return a >> (v & 31);
    default:
        return -a; /* BPF_NEG */
    }
}

static bool compare(uint16_t op, uint32_t a, uint32_t v)
{
    return op == BPF_JEQ ? a == v : op == BPF_JGT ? a > v : op == BPF_JGE ? a >= v : (a & v) != 0;
}

uint32_t bpf_run(const struct sock_filter *f, const struct seccomp_data *d, bool *looked)
{
    uint32_t a = 0, x = 0, word[BPF_MEMWORDS] = {0};
    *looked = false;
    for (;; f++) {
        uint32_t v = BPF_SRC(f->code) == BPF_X ? x : f->k;
        switch (BPF_CLASS(f->code)) {
        case BPF_LD:
            if (BPF_MODE(f->code) == BPF_ABS) {
                *looked |= f->k >= offsetof(struct seccomp_data, instruction_pointer);
                a = ((const uint32_t *) d)[f->k / 4];
            } else {
                a = BPF_MODE(f->code) == BPF_MEM ? word[f->k] : BPF_MODE(f->code) == BPF_LEN ? sizeof *d : f->k;
            }
            break;
        case BPF_LDX:
            x = BPF_MODE(f->code) == BPF_MEM ? word[f->k] : BPF_MODE(f->code) == BPF_LEN ? sizeof *d : f->k;
            break;
        case BPF_ST:
            word[f->k] = a;
            break;
        case BPF_STX:
            word[f->k] = x;
            break;
        case BPF_ALU:
            if (BPF_OP(f->code) == BPF_DIV && v == 0)
                return 0;
            a = alu(BPF_OP(f->code), a, v);
            break;
        case BPF_JMP:
            f += BPF_OP(f->code) == BPF_JA ? f->k : compare(BPF_OP(f->code), a, v) ? f->jt : f->jf;
            break;
        case BPF_RET:
            return BPF_RVAL(f->code) == BPF_A ? a : f->k;
        case BPF_MISC:
            if (BPF_MISCOP(f->code) == BPF_TAX)
                x = a;
            else
                a = x;
            break;
        }
    }
}
