/* covers: arch_prctl */
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
    unsigned a, b, c, d, max;
    const unsigned all = ~0u;
    char brand[49] = {0};
    leaf(0, 0, 0, all, all, all);
    leaf(1, 0, all, 0x0000ffff, 0, 0);
    __cpuid(0x80000000, max, b, c, d);
    CHECK(max >= 0x80000008);
    for (unsigned i = 0; i < 3 && max >= 0x80000004; i++) {
        __cpuid(0x80000002 + i, a, b, c, d);
        memcpy(brand + i * 16, &a, 4);
        memcpy(brand + i * 16 + 4, &b, 4);
        memcpy(brand + i * 16 + 8, &c, 4);
        memcpy(brand + i * 16 + 12, &d, 4);
    }
    printf("%s\n", brand);
    leaf(0x80000008, 0, 0x0000ffff, 0, 0, 0);
    show("cpuid may be asked", raw(arch_prctl, 0x1011 /* ARCH_GET_CPUID */));
    return t_end();
}
