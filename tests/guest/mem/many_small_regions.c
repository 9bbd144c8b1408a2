/* covers: mprotect mmap munmap */
/* svm: no (too much work, or memory, for the emulated host) */
#include "fault.h"

/* Some 20,000 regions: every other page has other rights. */
enum { PAGES = 20000 };

int main(void)
{
    char *p = map_anon(PAGES * (size_t) T_PAGE, PROT_READ | PROT_WRITE);
    int bad = 0;
    fault_catch();
    for (int i = 0; i < PAGES; i += 16)
        *(int *) (p + (size_t) i * T_PAGE) = i;
    for (int i = 0; i < PAGES; i += 2)
        bad += mprotect(p + (size_t) i * T_PAGE, T_PAGE, PROT_READ) != 0;
    CHECK(bad == 0);
    for (int i = 0; i < PAGES; i += 16)
        bad += *(int *) (p + (size_t) i * T_PAGE) != i;
    CHECK(bad == 0);
    for (int i = 0; i < PAGES; i += 997)
        CHECK(FAULTS(p[(size_t) i * T_PAGE] = 1) == (i % 2 == 0));
    for (int i = 0; i < PAGES; i += 4)
        bad += munmap(p + (size_t) i * T_PAGE, T_PAGE) != 0;
    CHECK(bad == 0);
    for (int i = 0; i < PAGES; i += 1013)
        CHECK(FAULTS((void) *(volatile char *) (p + (size_t) i * T_PAGE)) == (i % 4 == 0));
    MUST(munmap(p, PAGES * (size_t) T_PAGE) == 0);
    return t_end();
}
