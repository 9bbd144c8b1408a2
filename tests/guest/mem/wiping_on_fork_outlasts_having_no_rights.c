/* covers: madvise mprotect fork */
/* MADV_WIPEONFORK said of memory that has no rights yet: it has them later than its neighbour, and a child finds nothing there. */
#include "child.h"
#include "fault.h"

#ifndef MADV_WIPEONFORK
#define MADV_WIPEONFORK 18
#define MADV_KEEPONFORK 19
#endif

enum { CHUNK = 2 << 20 };

static void try(const char *what, size_t size)
{
    char *area = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    MUST(area != MAP_FAILED);
    char *p = (char *) (((uintptr_t) area + CHUNK - 1) & -(uintptr_t) CHUNK);
    MUST(madvise(p, 2 * T_PAGE, MADV_WIPEONFORK) == 0);
    MUST(madvise(p + T_PAGE, T_PAGE, MADV_KEEPONFORK) == 0);
    MUST(mprotect(p + 2 * T_PAGE, T_PAGE, PROT_READ | PROT_WRITE) == 0);
    p[2 * T_PAGE] = 'n';
    MUST(mprotect(p, 2 * T_PAGE, PROT_READ | PROT_WRITE) == 0);
    p[0] = 'k';
    p[T_PAGE] = 'o';
    show_status("child", IN_CHILD({ printf("%s: %d %c %c\n", what, p[0], p[T_PAGE], p[2 * T_PAGE]); }));
    CHECK(p[0] == 'k');
    MUST(munmap(area, size) == 0);
}

int main(void)
{
    try("a little", 2 * CHUNK);
    try("a large reservation", 8ul << 30);
    return t_end();
}
