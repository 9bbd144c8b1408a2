/* covers: fork mprotect */
/* svm: no (too much work, or memory, for the emulated host) */
#include "snapshot.h"

enum { PAGES = 20000 };

int main(void)
{
    char *p = mmap(NULL, PAGES * (size_t) T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(p != MAP_FAILED);
    for (int i = 1; i < PAGES; i += 2)
        MUST(mprotect(p + (size_t) i * T_PAGE, T_PAGE, PROT_NONE) == 0);
    snapshot_of("20,000 regions", p, PAGES * (size_t) T_PAGE, 2 * T_PAGE);
    return t_end();
}
