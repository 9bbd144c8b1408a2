/* covers: mremap mlock setrlimit */
/* translated: no (qemu keeps the limits on memory to itself) */
/* A private mapping of a file, locked as far as may be, grows and moves any number of times: none of them counts twice. */
#include "memlock.h"

enum { LIMIT = 16, SIZE = 10 };

int main(void)
{
    char *const base = (char *) 0x200000000000ul, *const other = (char *) 0x200001000000ul;
    fault_catch();
    limit_locking(LIMIT);
    int fd = memfd_create("file", 0);
    MUST(fd >= 0 && ftruncate(fd, (LIMIT + 2) * T_PAGE) == 0);
    char *p = mmap(base, SIZE * T_PAGE, RW, MAP_PRIVATE | MAP_FIXED, fd, 0), *to = other;
    MUST(p == base && mlock(p, SIZE * T_PAGE) == 0);
    put_letters(p, SIZE);
    for (int i = 0; i < 12; i++) {
        CHECK(mremap(p, SIZE * T_PAGE, (LIMIT + 1) * T_PAGE, 0) == MAP_FAILED && errno == EAGAIN);
        CHECK(mremap(p, SIZE * T_PAGE, LIMIT * T_PAGE, 0) == p);
        CHECK(mremap(p, LIMIT * T_PAGE, SIZE * T_PAGE, 0) == p);
        CHECK(mremap(p, SIZE * T_PAGE, LIMIT * T_PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to) == to);
        CHECK(mremap(to, LIMIT * T_PAGE, SIZE * T_PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p) == p);
        show("locked", status_pages("VmLck"));
    }
    show_pages("here", p, SIZE + 8);
    show_pages("there", to, SIZE + 8);
    char *rest = mmap(NULL, (LIMIT - SIZE) * T_PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(rest != MAP_FAILED);
    show("mlock of all that is left", mlock(rest, (LIMIT - SIZE) * T_PAGE));
    return t_end();
}
