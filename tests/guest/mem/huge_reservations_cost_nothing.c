/* covers: mmap mprotect munmap madvise */
/* translated: no (under the translator it takes minutes) */
#include "fault.h"

#define PIECES 16

/* Eight reservations of `size`, used here and there; then one that may be written to, as sanitizers and Go do it. Returns processor time. */
static int64_t use(size_t size, bool tell)
{
    size_t step = size / PIECES;
    char *p[8], *q;
    int64_t t0 = now_ns(2);
    for (int i = 0; i < 8; i++) {
        p[i] = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        MUST(p[i] != MAP_FAILED);
    }
    for (int i = 0; i < 8; i++) {
        if (tell)
            show_read("reserved", p[i] + (5ul << 30));
        for (int j = 0; j < PIECES; j++) {
            q = p[i] + j * step + (size_t) i * T_PAGE;
            MUST(mprotect(q, 2 * T_PAGE, PROT_READ | PROT_WRITE) == 0);
            memset(q, i * PIECES + j, 2 * T_PAGE);
        }
    }
    for (int i = 0; i < 8; i++)
        for (int j = 0; j < PIECES; j++) {
            q = p[i] + j * step + (size_t) i * T_PAGE;
            CHECK(q[0] == (char) (i * PIECES + j) && q[2 * T_PAGE - 1] == (char) (i * PIECES + j));
        }
    if (tell)
        show_write("behind a piece", p[3] + step + 5 * T_PAGE);
    MUST(madvise(p[0], size, MADV_DONTNEED) == 0);
    CHECK(p[0][0] == 0);
    for (int i = 0; i < 8; i++)
        MUST(munmap(p[i], size) == 0);
    if (tell)
        show_read("gone", p[0]);

    q = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    MUST(q != MAP_FAILED);
    for (size_t i = 0; i < size; i += size / 32)
        q[i] = 1;
    CHECK(q[1] == 0 && q[size / 32] == 1);
    MUST(munmap(q, size) == 0);
    return now_ns(2) - t0;
}

int main(void)
{
    fault_catch();
    use(64ul << 20, false);
    int64_t small = use(64ul << 20, false), large = use(64ul << 30, true);
    if (large >= 50 * small) /* a thousand times the size */
        printf("FAIL: %lld us against %lld\n", (long long) large / 1000, (long long) small / 1000);
    return t_end();
}
