/* covers: brk */
#include "fault.h"

static uintptr_t cur(void)
{
    return (uintptr_t) raw(brk, 0);
}

int main(void)
{
    uintptr_t start, end;
    struct {
        uint64_t soft, hard;
    } old, lim;
    char *p;
    fault_catch();
    /* from here on the C library needs no more of the heap */
    printf("start\n");
    start = cur();
    CHECK(start != 0);
    CHECK((uintptr_t) raw(brk, 1) == start);
    CHECK((uintptr_t) raw(brk, 0x7fffffffffffl) == start);
    CHECK((uintptr_t) raw(brk, -1l) == start);

    CHECK((uintptr_t) raw(brk, start + 100) == start + 100);
    CHECK(cur() == start + 100);
    end = (start + (5 << 20) + 4095) & ~4095ul;
    CHECK((uintptr_t) raw(brk, end) == end);
    p = (char *) ((start + 4095) & ~4095ul);
    for (char *q = p; q < (char *) end; q += T_PAGE)
        if (!CHECK(*q == 0))
            break;
    memset(p, 1, end - (uintptr_t) p);
    show_write("last byte", (char *) end - 1);
    show_read("at the break", (char *) end);

    CHECK((uintptr_t) raw(brk, end - 2 * T_PAGE) == end - 2 * T_PAGE);
    show_read("given back", (char *) end - 2 * T_PAGE);
    show_read("kept", (char *) end - 2 * T_PAGE - 1);
    CHECK((uintptr_t) raw(brk, end) == end);
    CHECK(*((char *) end - 2 * T_PAGE) == 0 && *((char *) end - T_PAGE) == 0);
    CHECK(*((char *) end - 2 * T_PAGE - 1) == 1);
    /* within a page nothing is given back or zeroed */
    ((char *) end)[-1] = 7;
    CHECK((uintptr_t) raw(brk, end - 100) == end - 100);
    CHECK((uintptr_t) raw(brk, end) == end);
    CHECK(((char *) end)[-1] == 7);

    /* something is in the way */
    MUST(mmap((char *) end + 4 * T_PAGE, T_PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) !=
         MAP_FAILED);
    CHECK((uintptr_t) raw(brk, end + 8 * T_PAGE) == end);
    CHECK((uintptr_t) raw(brk, end + 4 * T_PAGE) == end); /* a page stays free between them */
    CHECK((uintptr_t) raw(brk, end + 3 * T_PAGE + 1) == end);
    CHECK((uintptr_t) raw(brk, end + 3 * T_PAGE) == end + 3 * T_PAGE);
    CHECK((uintptr_t) raw(brk, end + T_PAGE) == end + T_PAGE);
    MUST(munmap((char *) end + 4 * T_PAGE, T_PAGE) == 0);

    /* RLIMIT_DATA holds for it */
    MUST(raw(prlimit64, 0, 2, 0, &old) == 0);
    lim = old;
    lim.soft = 1 << 20;
    MUST(raw(prlimit64, 0, 2, &lim, 0) == 0);
    CHECK((uintptr_t) raw(brk, end + (8 << 20)) == end + T_PAGE);
    MUST(raw(prlimit64, 0, 2, &old, 0) == 0);
    CHECK((uintptr_t) raw(brk, end + (8 << 20)) == end + (8 << 20));
    CHECK((uintptr_t) raw(brk, start) == start);
    return t_end();
}
