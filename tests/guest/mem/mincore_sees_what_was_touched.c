/* covers: mincore */
#include "fault.h"

int main(void)
{
    unsigned char vec[64];
    char *p = map_anon(64 * T_PAGE, PROT_READ | PROT_WRITE);
    MUST(madvise(p, 64 * T_PAGE, MADV_NOHUGEPAGE) == 0);
    memset(vec, 0xff, sizeof(vec));
    show("fresh", raw(mincore, p, 64 * T_PAGE, vec));
    for (int i = 0; i < 64; i++)
        CHECK(vec[i] == 0);
    for (int i = 0; i < 64; i += 3)
        p[i * T_PAGE] = 1;
    show("every third", raw(mincore, p, 64 * T_PAGE, vec));
    for (int i = 0; i < 64; i++)
        printf("%d", vec[i]);
    printf("\n");
    MUST(madvise(p, 32 * T_PAGE, MADV_DONTNEED) == 0);
    memset(vec, 0xff, sizeof(vec));
    show("half dropped, odd length", raw(mincore, p, 40 * T_PAGE - 100, vec));
    for (int i = 0; i < 64; i++)
        printf("%s%d", i ? " " : "", vec[i]);
    printf("\n");
    show("zero length", raw(mincore, p, 0, vec));
    show("not aligned", raw(mincore, p + 1, T_PAGE, vec));
    show("vector not there", raw(mincore, p, T_PAGE, BAD_PTR));
    show("vector cut off", raw(mincore, p, 64 * T_PAGE, at_edge(16)));
    show("wraps", raw(mincore, p, ~0ul, vec));
    show("nothing there", raw(mincore, 0x210000000000ul, T_PAGE, vec));
    MUST(munmap(p + 10 * T_PAGE, T_PAGE) == 0);
    memset(vec, 0xff, sizeof(vec));
    show("over a hole", raw(mincore, p, 64 * T_PAGE, vec));
    for (int i = 0; i < 64; i++)
        printf("%s%d", i ? " " : "", vec[i]);
    printf("\n");
    show("over a hole, vector not there", raw(mincore, p, 64 * T_PAGE, BAD_PTR));
    show("over a hole, vector unmapped", raw(mincore, p, 64 * T_PAGE, p + 10 * T_PAGE));
    show("kernel half", raw(mincore, 0xffff800000000000ul, T_PAGE, vec));
    return t_end();
}
