/* covers: fork */
/* long: yes (half a million page faults) */
/* svm: no (more memory than the small host has) */
/* asan: no (as much again for its shadow) */
#include "snapshot.h"

int main(void)
{
    size_t size = 1ul << 30;
    char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    MUST(p != MAP_FAILED);
    snapshot_of("1 GiB", p, size, T_PAGE);
    return t_end();
}
