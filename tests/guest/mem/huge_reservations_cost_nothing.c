/* covers: mmap mprotect munmap madvise */
/* svm: no (its time bound is not for an emulated processor) */
#include "fault.h"

int main(void)
{
    const size_t big = 64ul << 30;
    char *p[8], *q;
    fault_catch();
    int64_t t0 = now_ns(2);
    for (int i = 0; i < 8; i++) {
        p[i] = mmap(NULL, big, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        MUST(p[i] != MAP_FAILED);
    }
    for (int i = 0; i < 8; i++) {
        show_read("reserved", p[i] + (5ul << 30));
        for (int j = 0; j < 16; j++) {
            q = p[i] + (size_t) j * (4ul << 30) + (size_t) i * T_PAGE;
            MUST(mprotect(q, 2 * T_PAGE, PROT_READ | PROT_WRITE) == 0);
            memset(q, i * 16 + j, 2 * T_PAGE);
        }
    }
    for (int i = 0; i < 8; i++)
        for (int j = 0; j < 16; j++) {
            q = p[i] + (size_t) j * (4ul << 30) + (size_t) i * T_PAGE;
            CHECK(q[0] == (char) (i * 16 + j) && q[2 * T_PAGE - 1] == (char) (i * 16 + j));
        }
    show_write("behind a piece", p[3] + (4ul << 30) + 5 * T_PAGE);
    show("given back", madvise(p[0], big, MADV_DONTNEED));
    CHECK(p[0][0] == 0);
    for (int i = 0; i < 8; i++)
        MUST(munmap(p[i], big) == 0);
    show_read("gone", p[0]);

    /* readable and writable, as sanitizers and Go do it */
    q = mmap(NULL, big, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    MUST(q != MAP_FAILED);
    for (size_t i = 0; i < big; i += 2ul << 30)
        q[i] = 1;
    CHECK(q[1] == 0 && q[2ul << 30] == 1);
    MUST(munmap(q, big) == 0);
    CHECK(now_ns(2) - t0 < 1000000000); /* of processor time */
    return t_end();
}
