#include "task/operand.h"

#include <cpuid.h>
#include <string.h>

#include "mem/access.h"

struct insn {
    uint8_t code[32]; /* zeros behind what can be read */
    unsigned size;
    const uint8_t *op; /* behind the prefixes */
    uint64_t segment;
    unsigned rex;
    bool half, word; /* addresses of 32 bits, operands of 16 */
};

/* What a ModRM byte names. */
struct place {
    bool in_register, near_rip, stack; /* near_rip: `va` counts from the end of the instruction */
    unsigned number;
    uint64_t va; /* without the segment */
    const uint8_t *end;
};

/* cpu_regs by the numbers of the encoding. */
static void *reg_at(struct cpu_regs *r, unsigned n)
{
    void *const all[16] = {&r->rax, &r->rcx, &r->rdx, &r->rbx, &r->rsp, &r->rbp, &r->rsi, &r->rdi,
                           &r->r8,  &r->r9,  &r->r10, &r->r11, &r->r12, &r->r13, &r->r14, &r->r15};
    return all[n];
}

static uint64_t reg(struct cpu_regs *r, unsigned n)
{
    uint64_t v;
    memcpy(&v, reg_at(r, n), sizeof v);
    return v;
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

/* False: nothing but prefixes. */
static bool fetch(struct thread *t, struct insn *i)
{
    uint64_t fs, gs;
    *i = (struct insn){.size = 0};
    uint8_t *p = i->code;
    while (i->size < 15 && copy_in(t->proc->space, p + i->size, gva(t->regs->rip + i->size), 1) == 0)
        i->size++;
    vcpu_get_bases(t->vcpu, &fs, &gs);
    for (;; p++) {
        if (p == i->code + 14)
            return false;
        if (*p == 0x64 || *p == 0x65)
            i->segment = *p == 0x64 ? fs : gs;
        else if (*p == 0x67)
            i->half = true;
        else if (*p == 0x66)
            i->word = true;
        else if (*p != 0xf2 && *p != 0xf3 && *p != 0xf0 && (*p & 0xe7) != 0x26)
            break;
    }
    if ((*p & 0xf0) == 0x40)
        i->rex = *p++;
    i->op = p;
    return true;
}

/* ModRM at `p` and what follows. `x`, `b`: the extensions of index and base. */
static struct place place_of(struct thread *t, const struct insn *i, const uint8_t *p, unsigned x, unsigned b)
{
    unsigned mod = p[0] >> 6, rm = p[0] & 7, base = rm | b;
    struct place at = {.in_register = mod == 3, .near_rip = mod == 0 && rm == 5, .number = base};
    p++;
    if (rm == 4 && mod != 3) {
        unsigned index = (p[0] >> 3 & 7) | x;
        base = (p[0] & 7) | b;
        if (index != 4)
            at.va = reg(t->regs, index) << (p[0] >> 6);
        rm = p[0] & 7;
        p++;
    }
    if (mod == 0 && rm == 5) {
        at.va += displacement(p);
        p += 4;
    } else if (mod != 3) {
        at.stack = base == 4 || base == 5;
        at.va += reg(t->regs, base);
        if (mod == 1)
            at.va += (uint64_t) (int8_t) *p++;
        else if (mod == 2)
            at.va += displacement(p), p += 4;
    }
    if (i->half)
        at.va = (uint32_t) at.va;
    at.end = p;
    return at;
}

static enum operand address(struct thread *t, const struct insn *i, const uint8_t *p, unsigned x, unsigned b)
{
    struct place at = place_of(t, i, p, x, b);
    if (at.in_register || at.near_rip || canonical(at.va + i->segment))
        return OPERAND_FINE;
    return at.stack && !i->segment ? OPERAND_STACK : OPERAND_BAD;
}

enum operand operand_check(struct thread *t)
{
    struct insn i;
    if (!fetch(t, &i))
        return OPERAND_FINE;
    const uint8_t *p = i.op;
    unsigned x = (i.rex & 2) << 2, b = (i.rex & 1) << 3;
    if (*p == 0xc5) /* VEX, EVEX: the bits are there upside down */
        return address(t, &i, p + 3, 0, 0);
    if (*p == 0xc4)
        return address(t, &i, p + 4, (~p[1] & 0x40) >> 3, (~p[1] & 0x20) >> 2);
    if (*p == 0x62)
        return address(t, &i, p + 5, (~p[1] & 0x40) >> 3, (~p[1] & 0x20) >> 2);
    if ((*p & 0xf8) == 0xd8) /* x87 */
        return address(t, &i, p + 1, x, b);
    if (*p++ != 0x0f)
        return OPERAND_FINE;
    return address(t, &i, p + (*p == 0x38 || *p == 0x3a ? 2 : 1), x, b);
}

/* ---- UMIP ---- */

static bool has_umip(void)
{
    unsigned a, b, c, d;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && c & 1u << 2;
}

/* The value that Linux gives, its size in memory. 0: another instruction. */
static unsigned dummy(const uint8_t *op, uint8_t value[10])
{
    static const uint64_t gdt = 0xfffffffffffe0000, idt = 0xffffffffffff0000, cr0 = 0x80050033, tss = 0x40;
    const uint64_t *simple = NULL, none = 0;
    unsigned number = op[2] >> 3 & 7;
    bool in_register = op[2] >> 6 == 3;
    memset(value, 0, 10);
    if (op[0] != 0x0f || op[1] > 1)
        return 0;
    if (op[1] == 1 && number < 2 && !in_register) {
        memcpy(value + 2, number ? &idt : &gdt, 8);
        return 10;
    }
    if (op[1] == 1)
        simple = number == 4 ? &cr0 : NULL;
    else if (number < 2)
        simple = number ? &tss : &none;
    if (simple)
        memcpy(value, simple, 8);
    return simple ? 2 : 0;
}

enum umip umip_emulate(struct thread *t, uint64_t *addr)
{
    struct insn i;
    uint8_t value[10];
    unsigned size;
    if (!fetch(t, &i) || !(size = dummy(i.op, value)) || !has_umip())
        return UMIP_OTHER;
    struct place at = place_of(t, &i, i.op + 2, (i.rex & 2) << 2, (i.rex & 1) << 3);
    if (at.end > i.code + i.size)
        return UMIP_OTHER;
    uint64_t next = t->regs->rip + (uint64_t) (at.end - i.code);
    if (at.in_register) {
        memcpy(reg_at(t->regs, at.number), value, i.rex & 8 ? 8 : i.word ? 2 : 4);
    } else {
        *addr = at.va + i.segment + (at.near_rip ? next : 0);
        if (copy_out(t->proc->space, gva(*addr), value, size))
            return UMIP_BAD;
    }
    t->regs->rip = next;
    return UMIP_DONE;
}
