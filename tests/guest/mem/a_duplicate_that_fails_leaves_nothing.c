/* covers: mremap */
/* More address space than there may be in one piece, for another mapping of shared memory. */
#include "maps.h"
#include "t.h"

static unsigned long mapped(void)
{
    unsigned long sum = 0;
    MUST(maps_read("/proc/self/maps") > 0);
    for (int i = 0; i < maps_count; i++)
        sum += maps[i].end - maps[i].start;
    return sum;
}

int main(void)
{
    char *p = mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    MUST(p != MAP_FAILED);
    p[0] = 'a';
    mapped(); /* what reads it has its memory */
    const unsigned long before = mapped();
    for (unsigned long tib = 20; tib <= 120; tib += 10) {
        char *q = mremap(p, 0, tib << 40, MREMAP_MAYMOVE);
        if (q != MAP_FAILED) {
            CHECK(q[0] == 'a');
            MUST(munmap(q, tib << 40) == 0);
        }
        CHECK(mapped() == before);
    }
    return t_end();
}
