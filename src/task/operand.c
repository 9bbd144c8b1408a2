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
    uint8_t repeat;  /* F2, F3 */
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
    *i = (struct insn){.size = 0};
    uint8_t *p = i->code;
    if (copy_in(t->proc->space, p, gva(t->regs->rip), 15) == 0)
        i->size = 15;
    while (i->size < 15 && copy_in(t->proc->space, p + i->size, gva(t->regs->rip + i->size), 1) == 0)
        i->size++;
    for (;; p++) {
        if (p == i->code + 14)
            return false;
        if (*p == 0x64 || *p == 0x65) {
            uint64_t fs, gs;
            vcpu_get_bases(t->vcpu, &fs, &gs); /* which can take long */
            i->segment = *p == 0x64 ? fs : gs;
        } else if (*p == 0x67)
            i->half = true;
        else if (*p == 0x66)
            i->word = true;
        else if (*p == 0xf2 || *p == 0xf3)
            i->repeat = *p;
        else if (*p != 0xf0 && (*p & 0xe7) != 0x26)
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

/* ---- what an instruction touches ---- */

struct use {
    unsigned how, size;
};

enum { R = TOUCH_READ, W = TOUCH_WRITE, XSAVE_SIZE = 4096 };

static unsigned width(const struct insn *i)
{
    return i->rex & 8 ? 8 : i->word ? 2 : 4;
}

/* m32, m64 and so on of D8 to DF; stores have odd opcodes. */
static struct use x87(unsigned op, unsigned nr)
{
    static const uint8_t size[4][8] = {{4, 4, 4, 4, 28, 2, 28, 2},
                                       {4, 4, 4, 4, 4, 10, 4, 10},
                                       {8, 8, 8, 8, 108, 8, 108, 2},
                                       {2, 2, 2, 2, 10, 8, 10, 8}};
    if (!(op & 1))
        return (struct use){R, op == 0xdc ? 8 : op == 0xde ? 2 : 4};
    return (struct use){nr && nr < 4 ? W : nr == 6 || nr == 7 ? W : R, size[(op - 0xd9) / 2][nr]};
}

/* `nr`: the middle bits of ModRM */
static struct use one_byte(const struct insn *i, unsigned op, unsigned nr)
{
    const unsigned v = width(i), bv = op & 1 ? v : 1;
    if (op < 0x40)
        return (op & 7) < 2 && op < 0x38 ? (struct use){R | W, bv}
               : (op & 7) < 4            ? (struct use){R, bv}
                                         : (struct use){0, 0};
    switch (op) {
    case 0x63:
        return (struct use){R, 4};
    case 0x69:
    case 0x6b:
        return (struct use){R, v};
    case 0x80:
    case 0x81:
    case 0x83:
        return (struct use){nr == 7 ? R : R | W, bv};
    case 0x84:
    case 0x85:
    case 0x8a:
    case 0x8b:
        return (struct use){R, bv};
    case 0x86:
    case 0x87:
    case 0xc0:
    case 0xc1:
    case 0xd0 ... 0xd3:
        return (struct use){R | W, bv};
    case 0x88:
    case 0x89:
    case 0xc6:
    case 0xc7:
        return (struct use){W, bv};
    case 0x8c:
        return (struct use){W, 2};
    case 0x8e:
        return (struct use){R, 2};
    case 0x8f:
        return (struct use){W, 8};
    case 0xd8 ... 0xdf:
        return x87(op, nr);
    case 0xf6:
    case 0xf7:
        return (struct use){nr == 2 || nr == 3 ? R | W : R, bv};
    case 0xfe:
    case 0xff:
        return nr < 2 ? (struct use){R | W, bv} : (struct use){R, 8};
    }
    return (struct use){0, 0};
}

/* Behind 0F, of SSE and its kin with VEX, too: `all` bytes for a whole vector. */
static struct use two_bytes(const struct insn *i, unsigned op, unsigned nr, unsigned all, bool *unknown)
{
    const unsigned v = width(i), bv = op & 1 ? v : 1, wide = i->rex & 8 ? 8 : 4;
    const unsigned part = i->repeat == 0xf3 ? 4 : i->repeat ? 8 : all;
    switch (op) {
    case 0x00 ... 0x0f:
    case 0x18 ... 0x27:
    case 0x30 ... 0x3f:
    case 0x71 ... 0x73:
    case 0x77:
    case 0x80 ... 0x8f:
    case 0xa0 ... 0xa2:
    case 0xc8 ... 0xcf:
        *unknown = op <= 1;
        return (struct use){0, 0};
    case 0x11:
        return (struct use){W, part};
    case 0x12:
    case 0x16:
        return (struct use){R, i->repeat == 0xf3 ? all : 8};
    case 0x13:
    case 0x17:
    case 0xd6:
        return (struct use){W, 8};
    case 0x29:
    case 0x2b:
    case 0x7f:
    case 0xe7:
        return (struct use){W, all};
    case 0x2a:
        return (struct use){R, i->repeat ? wide : 8};
    case 0x2e:
    case 0x2f:
        return (struct use){R, i->word ? 8 : 4};
    case 0x40 ... 0x4f:
    case 0xaf:
    case 0xb8:
    case 0xbc:
    case 0xbd:
        return (struct use){R, v};
    case 0x6e:
        return (struct use){R, wide};
    case 0x6f:
        return (struct use){R, all};
    case 0x7e:
        return i->repeat ? (struct use){R, 8} : (struct use){W, wide};
    case 0x90 ... 0x9f:
        return (struct use){W, 1};
    case 0xa3: /* the bit may be far from there */
    case 0xab:
    case 0xb3:
    case 0xbb:
    case 0xf7:
        *unknown = true;
        return (struct use){0, 0};
    case 0xa4:
    case 0xa5:
    case 0xac:
    case 0xad:
        return (struct use){R | W, v};
    case 0xae:
        return nr == 7
                   ? (struct use){0, 0}
                   : (struct use){nr == 0 || nr == 3 || nr == 4 || nr == 6 ? W : R, nr < 2               ? 512
                                                                                    : nr == 2 || nr == 3 ? 4
                                                                                                         : XSAVE_SIZE};
    case 0xb0:
    case 0xb1:
    case 0xc0:
    case 0xc1:
        return (struct use){R | W, bv};
    case 0xb6:
    case 0xbe:
        return (struct use){R, 1};
    case 0xb7:
    case 0xbf:
    case 0xc4:
        return (struct use){R, 2};
    case 0xba:
        return (struct use){nr == 4 ? R : R | W, v};
    case 0xc3:
        return (struct use){W, wide};
    case 0xc7:
        return nr == 1 ? (struct use){R | W, 2 * wide} : (struct use){W, XSAVE_SIZE};
    }
    return (struct use){R, part};
}

/* Behind 0F 38 and 0F 3A. */
static struct use three_bytes(const struct insn *i, unsigned map, unsigned op, unsigned all, bool *unknown)
{
    const unsigned wide = i->rex & 8 ? 8 : 4;
    if (map == 2) {
        *unknown = (op & 0xf0) == 0x90 && (op & 15) < 4; /* gathers */
        if (op == 0xf0 || op == 0xf1)
            return (struct use){op == 0xf1 && !i->repeat ? W : R, width(i)};
        return (struct use){op == 0x2e || op == 0x2f || op == 0x8e ? W : R, op > 0xf1 ? wide : all};
    }
    static const struct {
        uint8_t op, size;
    } stores[] = {{0x14, 1}, {0x15, 2}, {0x17, 4}, {0x19, 16}, {0x39, 16}, {0x1d, 16}};
    for (unsigned n = 0; n < ARRAY_SIZE(stores); n++)
        if (op == stores[n].op)
            return (struct use){W, stores[n].size};
    return op == 0x16 ? (struct use){W, wide} : (struct use){R, all};
}

static void add(struct touches *to, uint64_t va, struct use use, bool near_rip)
{
    if (!use.how)
        return;
    to->at[to->n].va = va;
    to->at[to->n].size = use.size;
    to->at[to->n].how = use.how;
    to->at[to->n++].near_rip = near_rip;
}

static bool has_modrm(unsigned op)
{
    if (op < 0x40)
        return (op & 7) < 4;
    return op == 0x63 || op == 0x69 || op == 0x6b || (op >= 0x80 && op < 0x90) || op == 0xc0 || op == 0xc1 ||
           op == 0xc6 || op == 0xc7 || (op >= 0xd0 && op < 0xd4) || (op >= 0xd8 && op < 0xe0) || op == 0xf6 ||
           op == 0xf7 || op >= 0xfe;
}

/* What needs no ModRM: the stack, strings, and addresses in the instruction. */
static void add_implied(struct thread *t, const struct insn *i, unsigned op, unsigned nr, struct touches *to)
{
    struct cpu_regs *r = t->regs;
    const unsigned bv = op & 1 ? width(i) : 1;
    const bool over = i->repeat && r->rcx == 0;
    switch (op) {
    case 0x9c:
        to->pushes_flags = true; /* falls through */
    case 0x50 ... 0x57:
    case 0x68:
    case 0x6a:
    case 0xe8:
        add(to, r->rsp - (i->word ? 2 : 8), (struct use){W, i->word ? 2 : 8}, false);
        break;
    case 0xff:
        if (nr == 2 || nr == 6)
            add(to, r->rsp - 8, (struct use){W, 8}, false);
        break;
    case 0x58 ... 0x5f:
    case 0x8f:
    case 0x9d:
    case 0xc2:
    case 0xc3:
        add(to, r->rsp, (struct use){R, i->word ? 2 : 8}, false);
        break;
    case 0xc9:
        add(to, r->rbp, (struct use){R, 8}, false);
        break;
    case 0xa0 ... 0xa3: {
        uint64_t va;
        memcpy(&va, i->op + 1, sizeof va);
        add(to, va + i->segment, (struct use){op & 2 ? W : R, bv}, false);
        break;
    }
    case 0xa4 ... 0xa7:
    case 0xac:
    case 0xad:
        add(to, r->rsi + i->segment, (struct use){over ? 0 : R, bv}, false);
        if (op < 0xa8)
            add(to, r->rdi, (struct use){over ? 0 : op < 0xa6 ? W : R, bv}, false);
        break;
    case 0xaa:
    case 0xab:
    case 0xae:
    case 0xaf:
        add(to, r->rdi, (struct use){over ? 0 : op < 0xac ? W : R, bv}, false);
        break;
    case 0xd7:
        add(to, r->rbx + (r->rax & 255) + i->segment, (struct use){R, 1}, false);
        break;
    case 0x6c ... 0x6f:
    case 0xc8:
    case 0xca ... 0xcb:
    case 0xcf:
        to->unknown = true;
        break;
    }
}

struct touches operand_touches(struct thread *t)
{
    struct touches to = {.n = 0};
    struct insn i;
    if (!fetch(t, &i) || *i.op == 0x62 /* EVEX, whose displacements are scaled */) {
        to.unknown = true;
        return to;
    }
    const uint8_t *p = i.op;
    unsigned x = (i.rex & 2) << 2, b = (i.rex & 1) << 3, map = 0, all = 16;
    if (*p == 0xc5 || *p == 0xc4) {
        static const uint8_t repeats[4] = {0, 0, 0xf3, 0xf2};
        const uint8_t last = *p == 0xc5 ? p[1] : p[2];
        map = *p == 0xc5 ? 1 : p[1] & 31;
        x = *p == 0xc5 ? 0 : (~p[1] & 0x40) >> 3;
        b = *p == 0xc5 ? 0 : (~p[1] & 0x20) >> 2;
        i.rex = *p == 0xc4 && last & 0x80 ? 8 : 0;
        i.word = (last & 3) == 1;
        i.repeat = repeats[last & 3];
        all = last & 4 ? 32 : 16;
        p += *p == 0xc5 ? 2 : 3;
    } else if (*p == 0x0f) {
        map = p[1] == 0x38 ? 2 : p[1] == 0x3a ? 3 : 1;
        p += map == 1 ? 1 : 2;
    }
    const unsigned op = *p, nr = p[1] >> 3 & 7;
    struct place at = place_of(t, &i, p + 1, x, b);
    struct use use = map == 0   ? one_byte(&i, op, nr)
                     : map == 1 ? two_bytes(&i, op, nr, all, &to.unknown)
                                : three_bytes(&i, map, op, all, &to.unknown);
    if (map == 0)
        add_implied(t, &i, op, nr, &to);
    if (!at.in_register && (map || has_modrm(op)))
        add(&to, at.va + i.segment, use, at.near_rip);
    else if (map == 1 && op != 0xf7)
        to.unknown = false;
    return to;
}
