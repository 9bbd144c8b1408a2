#include "task/operand.h"

#include <string.h>

#include "mem/access.h"

/* cpu_regs by the numbers of the encoding. */
static uint64_t reg(const struct cpu_regs *r, unsigned n)
{
    const uint64_t all[16] = {r->rax, r->rcx, r->rdx, r->rbx, r->rsp, r->rbp, r->rsi, r->rdi,
                              r->r8,  r->r9,  r->r10, r->r11, r->r12, r->r13, r->r14, r->r15};
    return all[n];
}

static bool canonical(uint64_t va)
{
    return (uint64_t) ((int64_t) (va << 16) >> 16) == va;
}

static uint64_t displacement(const uint8_t *p)
{
    int32_t v;
    memcpy(&v, p, sizeof v);
    return (uint64_t) v;
}

/* ModRM and what follows. `x`, `b`: the extensions of index and base. */
static enum operand address(struct thread *t, const uint8_t *p, unsigned x, unsigned b, uint64_t segment, bool half)
{
    unsigned mod = p[0] >> 6, rm = p[0] & 7, base = rm | b;
    uint64_t va = 0;
    bool stack = false;
    if (mod == 3 || (mod == 0 && rm == 5))
        return OPERAND_FINE; /* a register; near rip */
    p++;
    if (rm == 4) {
        unsigned index = (p[0] >> 3 & 7) | x;
        base = (p[0] & 7) | b;
        if (index != 4)
            va = reg(t->regs, index) << (p[0] >> 6);
        rm = p[0] & 7;
        p++;
    }
    if (mod == 0 && rm == 5) {
        va += displacement(p);
    } else {
        stack = base == 4 || base == 5;
        va += reg(t->regs, base);
        if (mod == 1)
            va += (uint64_t) (int8_t) *p;
        else if (mod == 2)
            va += displacement(p);
    }
    if (half)
        va = (uint32_t) va;
    if (canonical(va + segment))
        return OPERAND_FINE;
    return stack && !segment ? OPERAND_STACK : OPERAND_BAD;
}

enum operand operand_check(struct thread *t)
{
    uint8_t code[32] = {0}, *p = code;
    uint64_t fs, gs, segment = 0;
    unsigned rex = 0;
    bool half = false;
    for (unsigned i = 0; i < 15 && copy_in(t->proc->space, code + i, gva(t->regs->rip + i), 1) == 0; i++)
        ;
    vcpu_get_bases(t->vcpu, &fs, &gs);
    for (;; p++) {
        if (p == code + 14)
            return OPERAND_FINE;
        if (*p == 0x64 || *p == 0x65)
            segment = *p == 0x64 ? fs : gs;
        else if (*p == 0x67)
            half = true;
        else if (*p != 0x66 && *p != 0xf2 && *p != 0xf3 && *p != 0xf0 && (*p & 0xe7) != 0x26)
            break;
    }
    if ((*p & 0xf0) == 0x40)
        rex = *p++;
    unsigned x = (rex & 2) << 2, b = (rex & 1) << 3;
    if (*p == 0xc5) /* VEX, EVEX: the bits are there upside down */
        return address(t, p + 3, 0, 0, segment, half);
    if (*p == 0xc4)
        return address(t, p + 4, (~p[1] & 0x40) >> 3, (~p[1] & 0x20) >> 2, segment, half);
    if (*p == 0x62)
        return address(t, p + 5, (~p[1] & 0x40) >> 3, (~p[1] & 0x20) >> 2, segment, half);
    if ((*p & 0xf8) == 0xd8) /* x87 */
        return address(t, p + 1, x, b, segment, half);
    if (*p++ != 0x0f)
        return OPERAND_FINE;
    return address(t, p + (*p == 0x38 || *p == 0x3a ? 2 : 1), x, b, segment, half);
}
