/* covers: mmap */
#include "t.h"

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

static char *base;

static void try(const char *name, int page, int pages)
{
    char *want = base + page * T_PAGE;
    char *p = mmap(want, (size_t) pages * T_PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    show_ok(name, p == MAP_FAILED ? -1 : 0);
    if (p != MAP_FAILED) {
        CHECK(p == want);
        munmap(p, (size_t) pages * T_PAGE);
    }
}

int main(void)
{
    base = mmap(NULL, 32 * T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(base != MAP_FAILED);
    memset(base, 3, 32 * T_PAGE);
    MUST(munmap(base + 8 * T_PAGE, 8 * T_PAGE) == 0);
    try("fills the hole", 8, 8);
    try("inside the hole", 10, 2);
    try("one page too early", 7, 2);
    try("one page too late", 15, 2);
    try("around the hole", 7, 10);
    try("fully inside a mapping", 20, 2);
    try("the same mapping", 0, 8);
    MUST(mprotect(base + 16 * T_PAGE, T_PAGE, PROT_NONE) == 0);
    try("over PROT_NONE", 16, 1);
    for (int i = 0; i < 32 * T_PAGE; i += T_PAGE)
        if ((i < 8 * T_PAGE || i >= 17 * T_PAGE) && !CHECK(base[i] == 3))
            break;
    show_ok("not aligned", (long) mmap(base + 8 * T_PAGE + 1, T_PAGE, PROT_READ,
                                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0));
    return t_end();
}
