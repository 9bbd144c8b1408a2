#include "task/watch.h"

#include <errno.h>
#include <string.h>

#include "mem/access.h"
#include "task/process.h"

#define FLAG_RF 0x10000ull
#define DR6_ONES 0xffff0ff0ull /* bits that are set in the register and not in the box, DR6_RESERVED of the kernel */
#define DR7_MASK 0xffff00ffull

enum { ON_EXECUTE = 0, ON_WRITE = 1, ON_PORT = 2, ON_ACCESS = 3 };

static bool is_on(uint64_t dr7, unsigned n)
{
    return dr7 >> n * 2 & 3;
}

static unsigned type_of(uint64_t dr7, unsigned n)
{
    return dr7 >> (16 + n * 4) & 3;
}

static unsigned size_of(uint64_t dr7, unsigned n)
{
    static const uint8_t size[] = {1, 2, 8, 4};
    return size[dr7 >> (18 + n * 4) & 3];
}

/* As ptrace_modify_breakpoint() and hw_breakpoint_arch_parse() of the kernel have it. */
static bool is_valid(uint64_t addr, uint64_t dr7, unsigned n)
{
    const unsigned type = type_of(dr7, n), size = size_of(dr7, n);
    return type != ON_PORT && (type != ON_EXECUTE || size == 1) && !(addr & (size - 1)) && addr < SPACE_TOP &&
           addr + size <= SPACE_TOP;
}

/* One that was never written, and is not enabled, the kernel knows nothing of. */
static bool is_known(const struct traced *b, uint64_t dr7, unsigned n)
{
    return b->dr[n] || is_on(dr7, n);
}

int watch_poke(struct traced *b, unsigned n, uint64_t value)
{
    switch (n) {
    case 4:
    case 5:
        return -EIO;
    case 6:
        b->dr[6] = value ^ DR6_ONES;
        return 0;
    case 7:
        for (unsigned i = 0; i < 4; i++)
            if (is_known(b, value, i) && !is_valid(b->dr[i], value, i))
                return -EINVAL;
        b->dr[7] = value;
        b->armed = value & DR7_MASK;
        return 0;
    }
    if (value >= SPACE_TOP || (is_known(b, b->armed, n) && !is_valid(value, b->armed, n)))
        return -EINVAL;
    b->dr[n] = value;
    return 0;
}

uint64_t watch_peek(const struct traced *b, unsigned n)
{
    return n == 6 ? b->dr[6] ^ DR6_ONES : n == 4 || n == 5 ? 0 : b->dr[n];
}

bool watch_before(struct thread *t, struct watch *w, struct cpu_fault *fault)
{
    const struct traced *b = &t->trace;
    unsigned hits = 0;
    for (unsigned n = 0; n < 4; n++)
        hits |= (unsigned) (is_on(b->armed, n) && type_of(b->armed, n) == ON_EXECUTE && b->dr[n] == t->regs->rip) << n;
    if (hits && !(t->regs->rflags & FLAG_RF)) {
        t->regs->rflags |= FLAG_RF; /* it is told once */
        *fault = (struct cpu_fault){.vector = 1, .addr = gva(hits)};
        return true;
    }
    w->touches = operand_touches(t);
    w->alone = __atomic_load_n(&t->proc->nthreads, __ATOMIC_RELAXED) == 1;
    for (unsigned n = 0; n < 4; n++) {
        w->was[n] = 0;
        if (is_on(b->armed, n) && type_of(b->armed, n) != ON_EXECUTE)
            copy_in(t->proc->space, &w->was[n], gva(b->dr[n]), size_of(b->armed, n));
    }
    return false;
}

/* Its operands say so; where they are not known, a change does. One that is seen beside them is another thread's, if there is one. */
static bool is_touched(struct thread *t, const struct watch *w, unsigned n)
{
    const struct traced *b = &t->trace;
    const unsigned size = size_of(b->armed, n),
                   how = type_of(b->armed, n) == ON_ACCESS ? TOUCH_READ | TOUCH_WRITE : TOUCH_WRITE;
    for (unsigned i = 0; i < w->touches.n; i++) {
        const uint64_t va = w->touches.at[i].va + (w->touches.at[i].near_rip ? t->regs->rip : 0);
        if ((w->touches.at[i].how & how) && va < b->dr[n] + size && b->dr[n] < va + w->touches.at[i].size)
            return true;
    }
    uint64_t now = 0;
    copy_in(t->proc->space, &now, gva(b->dr[n]), size);
    return now != w->was[n] && (w->touches.unknown || w->alone);
}

unsigned watch_after(struct thread *t, const struct watch *w)
{
    const struct traced *b = &t->trace;
    unsigned hits = 0;
    t->regs->rflags &= ~FLAG_RF;
    for (unsigned n = 0; n < 4; n++)
        if (is_on(b->armed, n) && type_of(b->armed, n) != ON_EXECUTE)
            hits |= (unsigned) is_touched(t, w, n) << n;
    return hits;
}
