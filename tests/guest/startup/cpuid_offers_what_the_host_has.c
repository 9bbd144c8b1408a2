/* covers: getpid */
#include <cpuid.h>

#include "t.h"

/* What differs from one processor of the host to the next is masked. */
static void leaf(unsigned l, unsigned sub, unsigned ma, unsigned mb, unsigned mc, unsigned md)
{
    unsigned a, b, c, d;
    __cpuid_count(l, sub, a, b, c, d);
    printf("%x.%x: %08x %08x %08x %08x\n", l, sub, a & ma, b & mb, c & mc, d & md);
}

int main(void)
{
    unsigned a, b, c, d, max, lo, hi;
    const unsigned all = ~0u;
    __cpuid(0, max, b, c, d);
    leaf(1, 0, 0, 0, all, all);
    if (max >= 7) {
        leaf(7, 0, all, ~(1u << 10), ~(1u << 16 | 1u << 22), all); /* INVPCID, LA57, RDPID are not offered */
        leaf(7, 1, all, all, all, all);
    }
    if (max >= 13) {
        leaf(13, 0, all, all, all, all);
        leaf(13, 1, all, 0, all, all);
        leaf(13, 2, all, all, all, all);
    }
    leaf(0x80000001, 0, 0, 0, all, all);
    __cpuid(1, a, b, c, d);
    if (c & bit_OSXSAVE) {
        __asm__ volatile("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0));
        printf("xcr0 %x %x\n", hi, lo);
    }
    return t_end();
}
