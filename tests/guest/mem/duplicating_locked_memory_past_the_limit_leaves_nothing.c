/* covers: mremap mlock */
/* translated: no (qemu keeps the limits on memory to itself) */
#include "memlock.h"

enum { LIMIT = 16, SIZE = 10 };

static char *const base = (char *) 0x200000000000ul, *const other = (char *) 0x200001000000ul;

/* A second mapping of the first pages, or as many tries; what is mapped before and after. */
static void duplicate(const char *what, int pages, int flags, char *at, int tries)
{
    const long size = status_pages("VmSize"), locked = status_pages("VmLck");
    MUST(maps_read("/proc/self/maps") > 0);
    const int count = maps_count;
    char *p = MAP_FAILED;
    while (p == MAP_FAILED && tries--)
        p = mremap(base, 0, (size_t) pages * T_PAGE, flags, at);
    const int why = errno;
    MUST(maps_read("/proc/self/maps") > 0);
    printf("%s: %s, %+d mappings, %+ld pages, %+ld locked\n", what, p == MAP_FAILED ? errname(why) : "ok",
           maps_count - count, status_pages("VmSize") - size, status_pages("VmLck") - locked);
    show_pages("  first", base, SIZE + 2);
    if (p != MAP_FAILED)
        show_pages("  second", p, pages);
    else if (flags & MREMAP_FIXED)
        show_pages("  there", at, pages);
}

static void all(int fd, int flags)
{
    const int fixed = MREMAP_MAYMOVE | MREMAP_FIXED;
    MUST(mmap(base, SIZE * T_PAGE, RW, MAP_SHARED | MAP_FIXED | flags, fd, 0) == base);
    put_letters(base, SIZE);
    MUST(mlock(base, SIZE * T_PAGE) == 0);
    duplicate("too much", LIMIT, MREMAP_MAYMOVE, NULL, 10);
    duplicate("a page too much", LIMIT - SIZE + 1, MREMAP_MAYMOVE, NULL, 10);
    duplicate("too much, there", SIZE, fixed, other, 10);
    MUST(mmap(other, SIZE * T_PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == other);
    put_letters(other, SIZE);
    duplicate("too much, over something", SIZE, fixed, other, 10);
    duplicate("to the limit", LIMIT - SIZE, MREMAP_MAYMOVE, NULL, 1);
    duplicate("a page, past it", 1, MREMAP_MAYMOVE, NULL, 10);
    MUST(munlock(base, SIZE * T_PAGE) == 0);
    duplicate("of what is not locked", SIZE, fixed, other, 1);
}

int main(void)
{
    int fd = memfd_create("shared", 0);
    MUST(fd >= 0 && ftruncate(fd, 2 * LIMIT * T_PAGE) == 0);
    fault_catch();
    limit_locking(LIMIT);
    MUST(maps_read("/proc/self/maps") > 0); /* its buffer is there for good */
    show_status("anonymous", IN_CHILD(all(-1, MAP_ANONYMOUS)));
    show_status("file", IN_CHILD(all(fd, 0)));
    return t_end();
}
