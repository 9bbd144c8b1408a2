/* covers: mprotect */
#include "fault.h"

/* Each page of a region gets rights of its own many times over; what a page allows is always what was last asked. */
enum { PAGES = 96 };

int main(void)
{
    static const int prots[] = {PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE};
    unsigned char now[PAGES];
    unsigned seed = 12345;
    char *p = map_anon(PAGES * T_PAGE, PROT_READ | PROT_WRITE);
    fault_catch();
    memset(now, 2, sizeof(now));
    for (int i = 0; i < PAGES; i++)
        memset(p + i * T_PAGE, i + 1, T_PAGE);
    for (int round = 0; round < 200; round++) {
        seed = seed * 1103515245 + 12345;
        int from = (int) (seed >> 16) % PAGES;
        seed = seed * 1103515245 + 12345;
        int count = 1 + (int) (seed >> 16) % (PAGES - from);
        seed = seed * 1103515245 + 12345;
        int which = (int) (seed >> 16) % 3;
        MUST(mprotect(p + from * T_PAGE, (size_t) count * T_PAGE, prots[which]) == 0);
        memset(now + from, which, (size_t) count);
        for (int k = 0; k < 6; k++) {
            int i = (from + (k < 3 ? k - 1 : count + k - 4) + PAGES) % PAGES;
            volatile char *q = p + i * T_PAGE + round;
            bool r = FAULTS(CHECK(*q == i + 1));
            bool w = FAULTS(*q = (char) (i + 1));
            CHECK(r == (now[i] == 0));
            CHECK(w == (now[i] != 2));
        }
    }
    MUST(mprotect(p, PAGES * T_PAGE, PROT_READ | PROT_WRITE) == 0);
    for (int i = 0; i < PAGES; i++)
        for (int j = 0; j < T_PAGE; j += 64)
            if (!CHECK(p[i * T_PAGE + j] == i + 1))
                break;
    return t_end();
}
