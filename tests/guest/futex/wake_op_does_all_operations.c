/* covers: futex */
/* Every operation of FUTEX_WAKE_OP on the second word, with and without the shifted operand, and every comparison. */
#include "threads.h"

static uint32_t a, b;

static void one(const char *name, uint32_t start, int op, int oparg, int cmp, int cmparg)
{
    b = start;
    long r = futex(&a, FUTEX_WAKE_OP, 1, (void *) 1l, &b, FUTEX_OP((unsigned) op, oparg, cmp, cmparg));
    printf("%s: %ld, 0x%x -> 0x%x\n", name, r < 0 ? (long) -errno : r, start, b);
}

int main(void)
{
    static const char *const ops[] = {"set", "add", "or", "andn", "xor"};
    for (int op = 0; op < 5; op++) {
        one(ops[op], 0x5a, op, 3, FUTEX_OP_CMP_EQ, 0);
        one(ops[op], 0x5a, op | FUTEX_OP_OPARG_SHIFT, 5, FUTEX_OP_CMP_EQ, 0);
        one(ops[op], 0xffffffff, op, 0xfff, FUTEX_OP_CMP_EQ, 0);
        one(ops[op], 7, op, -1, FUTEX_OP_CMP_EQ, 0);
    }
    for (int cmp = 0; cmp < 6; cmp++)
        for (int v = 4; v <= 6; v++)
            one("compare", (uint32_t) v, FUTEX_OP_ADD, 1, cmp, 5);
    one("unknown operation", 1, 5, 1, 0, 0);
    one("unknown operation", 1, 7, 1, 0, 0);
    one("unknown comparison", 1, 0, 2, 6, 0);
    one("unknown comparison", 1, 0, 2, 15, 0);
    one("shift too far", 1, FUTEX_OP_OR | FUTEX_OP_OPARG_SHIFT, 31, 0, 0);
    show("second word not there", futex(&a, FUTEX_WAKE_OP, 1, (void *) 1l, BAD_PTR, FUTEX_OP(1, 1, 0, 0)));
    show("second word not aligned", futex(&a, FUTEX_WAKE_OP, 1, (void *) 1l, (char *) &b + 2, FUTEX_OP(1, 1, 0, 0)));
    show("first word not there", futex(BAD_PTR, FUTEX_WAKE_OP, 1, (void *) 1l, &b, FUTEX_OP(1, 1, 0, 0)));
    uint32_t *ro = mmap(NULL, T_PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    show("second word read-only", futex(&a, FUTEX_WAKE_OP, 1, (void *) 1l, ro, FUTEX_OP(1, 1, 0, 0)));
    return t_end();
}
