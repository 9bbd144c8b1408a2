/* covers: mmap munmap */
/* Less than a huge page is asked for, again and again, where the host has some and where it has none. */
#include "t.h"
#include <sys/mman.h>

enum { TIMES = 70000 }; /* more than vm.max_map_count, as it is in most places */

int main(void)
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_NORESERVE | 21 << 26 /* MAP_HUGE_2MB */;
    for (int i = 0; i < TIMES; i++) {
        char *p = mmap(NULL, T_PAGE, PROT_READ, flags, -1, 0);
        MUST(p == MAP_FAILED || munmap(p, 2ul << 20) == 0);
    }
    char *p = mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    MUST(p != MAP_FAILED);
    *p = 1;
    return t_end();
}
