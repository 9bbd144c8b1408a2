/* covers: mmap munmap */
#include "fault.h"

/* Over a mapping of many pages another is laid at each size and place, across 2 MiB boundaries too: what it does not
 * cover keeps its bytes, what it covers is fresh. */
static void replace(size_t total, size_t from, size_t len)
{
    char *p = map_anon(total, PROT_READ | PROT_WRITE);
    size_t wrong = 0;
    for (size_t i = 0; i < total; i += T_PAGE)
        memset(p + i, (int) (i / T_PAGE) | 1, T_PAGE);
    MUST(mmap(p + from, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == p + from);
    for (size_t i = 0; i < total; i++) {
        char want = i >= from && i < from + len ? 0 : (char) ((i / T_PAGE) | 1);
        wrong += p[i] != want;
    }
    printf("%zu+%zu of %zu: %zu wrong\n", from / T_PAGE, len / T_PAGE, total / T_PAGE, wrong);
    MUST(munmap(p, total) == 0);
}

int main(void)
{
    char *p;
    fault_catch();
    replace(16 * T_PAGE, 0, T_PAGE);
    replace(16 * T_PAGE, 5 * T_PAGE, 3 * T_PAGE);
    replace(16 * T_PAGE, 15 * T_PAGE, T_PAGE);
    replace(16 * T_PAGE, 0, 16 * T_PAGE);
    replace(8 << 20, 3 << 20, 2 << 20);
    replace(8 << 20, (2 << 20) - T_PAGE, (4 << 20) + 2 * T_PAGE);

    p = map_anon(8 * T_PAGE, PROT_READ | PROT_WRITE);
    memset(p, 7, 8 * T_PAGE);
    MUST(mmap(p + 2 * T_PAGE, 2 * T_PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED);
    show_read("before a PROT_NONE hole", p + 2 * T_PAGE - 1);
    show_read("in it", p + 2 * T_PAGE + 5);
    show_read("behind it", p + 4 * T_PAGE);
    MUST(munmap(p + 3 * T_PAGE, 2 * T_PAGE) == 0);
    show_read("PROT_NONE that is left", p + 2 * T_PAGE);
    show_read("unmapped, was PROT_NONE", p + 3 * T_PAGE);
    show_read("unmapped, was readable", p + 5 * T_PAGE - 1);
    show_write("behind", p + 5 * T_PAGE);
    return t_end();
}
