/* covers: mmap */
#include "t.h"

static void *anon(void *hint, size_t size, int flags)
{
    return mmap(hint, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
}

int main(void)
{
    char *hint = (char *) 0x300000000000ul, *p, *q;
    CHECK(anon(hint, 4 * T_PAGE, 0) == hint);
    p = anon(hint, 4 * T_PAGE, 0);
    CHECK(p != MAP_FAILED && p != hint && (p >= hint + 4 * T_PAGE || p + 4 * T_PAGE <= hint));
    p = anon(hint + 2 * T_PAGE, 4 * T_PAGE, 0);
    CHECK(p != MAP_FAILED && (p >= hint + 4 * T_PAGE || p + 4 * T_PAGE <= hint));
    CHECK(anon(hint + 4 * T_PAGE, T_PAGE, 0) == hint + 4 * T_PAGE);
    /* a hint inside a page is rounded down */
    CHECK(anon(hint + 16 * T_PAGE + 123, T_PAGE, 0) == hint + 16 * T_PAGE);
    /* what was unmapped is free again */
    MUST(munmap(hint, 4 * T_PAGE) == 0);
    CHECK(anon(hint, 4 * T_PAGE, 0) == hint);

    p = anon(NULL, T_PAGE, MAP_32BIT);
    CHECK(p != MAP_FAILED && (uintptr_t) p < 1ul << 31);
    MUST(munmap(p, T_PAGE) == 0);
    p = anon((void *) 1, T_PAGE, 0);
    CHECK(p != MAP_FAILED && (uintptr_t) p >= 1ul << 32);
    /* one below what may be mapped is raised to it */
    CHECK(anon((void *) T_PAGE, T_PAGE, 0) == (void *) 65536);
    p = anon((void *) T_PAGE, T_PAGE, 0);
    CHECK(p != MAP_FAILED && (uintptr_t) p >= 1ul << 32);

    /* MAP_32BIT heeds a hint, too, as far as its range ends */
    hint = (char *) 0x50000000ul;
    CHECK(anon(hint, T_PAGE, MAP_32BIT) == hint);
    p = anon(hint, T_PAGE, MAP_32BIT);
    CHECK(p != MAP_FAILED && p != hint && (uintptr_t) p >= 0x40000000ul && (uintptr_t) p < 1ul << 31);
    MUST(munmap(p, T_PAGE) == 0);
    CHECK(anon((char *) 0x30000000ul, T_PAGE, MAP_32BIT) == (char *) 0x30000000ul);
    CHECK(anon((char *) 0x7ffff000ul, T_PAGE, MAP_32BIT) == (char *) 0x7ffff000ul);
    p = anon((char *) 0x7ffff000ul, 2 * T_PAGE, MAP_32BIT);
    CHECK(p != MAP_FAILED && (uintptr_t) p < 0x7fffe000ul);
    p = anon((char *) 0x300000000000ul, T_PAGE, MAP_32BIT);
    CHECK(p != MAP_FAILED && (uintptr_t) p < 1ul << 31);

    /* mappings without a hint are laid next to each other, top down */
    p = anon(NULL, 1 << 20, 0);
    q = anon(NULL, 1 << 20, 0);
    CHECK(p != q);
    CHECK((uintptr_t) p < 0x7ffffffff000ul && (uintptr_t) q < (uintptr_t) p);
    return t_end();
}
