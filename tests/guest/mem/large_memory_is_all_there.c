/* covers: mmap madvise */
/* svm: no (too much work, or memory, for the emulated host) */
#include "fault.h"

/* 192 MiB with huge pages wanted, written in an order that follows no page, and read again. */
int main(void)
{
    const size_t size = 192ul << 20, words = size / 8;
    uint64_t *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    uint64_t bad = 0;
    MUST(p != MAP_FAILED);
    madvise(p, size, MADV_HUGEPAGE);
    fault_catch();
    for (size_t i = 0; i < words; i += 256)
        p[i] = i ^ 0x5555555555555555ul;
    for (size_t i = 0, at = 0; i < words / 4096; i++, at = (at + 4096 * 7919) % words)
        p[at + 1] = at;
    for (size_t i = 0; i < words; i += 256)
        bad += p[i] != (i ^ 0x5555555555555555ul);
    for (size_t i = 1; i < words; i += 4096)
        bad += p[i] != i - 1;
    for (size_t i = 2; i < words; i += 256)
        bad += p[i] != 0;
    CHECK(bad == 0);
    /* small pieces cut out of the large whole */
    char *c = (char *) p;
    MUST(mprotect(c + (10 << 20) + T_PAGE, T_PAGE, PROT_READ) == 0);
    MUST(munmap(c + (20 << 20) + 3 * T_PAGE, T_PAGE) == 0);
    MUST(madvise(c + (30 << 20) + 5 * T_PAGE, T_PAGE, MADV_DONTNEED) == 0);
    show_write("read-only piece", c + (10 << 20) + T_PAGE);
    show_write("behind it", c + (10 << 20) + 2 * T_PAGE);
    show_read("hole", c + (20 << 20) + 3 * T_PAGE);
    show_read("behind it", c + (20 << 20) + 4 * T_PAGE);
    CHECK(p[((30 << 20) + 5 * T_PAGE) / 8] == 0);
    CHECK(p[((30 << 20) + 4 * T_PAGE) / 8] == (((30 << 20) + 4 * T_PAGE) / 8 ^ 0x5555555555555555ul));
    CHECK(p[((30 << 20) + 6 * T_PAGE) / 8] == (((30 << 20) + 6 * T_PAGE) / 8 ^ 0x5555555555555555ul));
    MUST(munmap(p, size) == 0);
    return t_end();
}
