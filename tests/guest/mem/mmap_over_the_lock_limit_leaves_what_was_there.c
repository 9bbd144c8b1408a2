/* covers: mmap mlock mlockall brk */
/* translated: no (qemu keeps the limits on memory to itself) */
#include "memlock.h"

enum { LIMIT = 16, SIZE = 10 };

static char *const base = (char *) 0x200000000000ul;

static void try(const char *what, char *at, int pages, int prot, int flags, int fd)
{
    char *p = mmap(at, (size_t) pages * T_PAGE, prot, flags, fd, 0);
    printf("%s: %s\n", what, p == MAP_FAILED ? errname(errno) : p == at ? "there" : "elsewhere");
    show_pages("  now", base, LIMIT + 8);
    show("  VmLck", status_pages("VmLck"));
}

static void fresh(void)
{
    MUST(mmap(base, (LIMIT + 4) * T_PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == base);
    put_letters(base, LIMIT + 4);
}

int main(void)
{
    const int anon = MAP_PRIVATE | MAP_ANONYMOUS, fixed = anon | MAP_FIXED;
    int fd = memfd_create("file", 0);
    MUST(fd >= 0 && ftruncate(fd, (LIMIT + 4) * T_PAGE) == 0);
    fault_catch();
    limit_locking(LIMIT);

    fresh();
    try("too much, over what is there", base, LIMIT + 1, RW, fixed | MAP_LOCKED, -1);
    try("of a file", base, LIMIT + 1, RW, MAP_SHARED | MAP_FIXED | MAP_LOCKED, fd);
    try("without rights", base, LIMIT + 1, PROT_NONE, fixed | MAP_LOCKED, -1);
    try("over a part and beyond", base + 10 * T_PAGE, LIMIT + 1, RW, fixed | MAP_LOCKED, -1);
    try("where nothing may be", base, LIMIT + 1, RW, anon | MAP_FIXED_NOREPLACE | MAP_LOCKED, -1);
    try("all of the limit", base, LIMIT, RW, fixed | MAP_LOCKED, -1);
    MUST(munmap(base, (LIMIT + 4) * T_PAGE) == 0);

    /* what is replaced counts all the same */
    fresh();
    MUST(mlock(base, SIZE * T_PAGE) == 0);
    try("over what is locked", base, LIMIT - SIZE + 1, RW, fixed | MAP_LOCKED, -1);
    try("over what is locked, of a file", base, LIMIT - SIZE + 1, RW, MAP_SHARED | MAP_FIXED | MAP_LOCKED, fd);
    try("over what is locked, to the limit", base, LIMIT - SIZE, RW, fixed | MAP_LOCKED, -1);
    MUST(munmap(base, (LIMIT + 4) * T_PAGE) == 0);

    fresh();
    MUST(mlockall(MCL_FUTURE) == 0);
    try("future: too much", base, LIMIT + 1, RW, fixed, -1);
    try("future: without rights", base, LIMIT + 1, PROT_NONE, fixed, -1);
    try("future: of a file", base, LIMIT + 1, RW, MAP_PRIVATE | MAP_FIXED, fd);
    try("future: to the limit", base, LIMIT, RW, fixed, -1);
    try("future: one more", base + 18 * T_PAGE, 1, RW, fixed, -1);
    const long top = raw(brk, 0);
    CHECK(raw(brk, top + (LIMIT + 1) * T_PAGE) == top);
    return t_end();
}
