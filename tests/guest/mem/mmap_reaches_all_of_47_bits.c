/* covers: mmap munmap mprotect */
#include "fault.h"

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

/* A place that something of the process itself may hold (its heap lies at random up to 32 MiB above a static
 * program) is left out. */
static void at(uint64_t va, size_t size)
{
    char *want = (char *) va, name[64];
    char *p = mmap(want, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    snprintf(name, sizeof(name), "0x%lx", (unsigned long) va);
    if (p == MAP_FAILED) {
        show(name, -1);
        return;
    }
    CHECK(p == want);
    for (size_t i = 0; i < size; i += T_PAGE)
        *(uint64_t *) (p + i) = va + i;
    for (size_t i = 0; i < size; i += T_PAGE)
        if (!CHECK(*(uint64_t *) (p + i) == va + i))
            break;
    MUST(mprotect(p, T_PAGE, PROT_READ) == 0);
    show_write(name, p);
    MUST(munmap(p, size) == 0);
    show_read(name, p + size - 1);
}

int main(void)
{
    char *all[64];
    int n = 0;
    fault_catch();
    at(0x0, 4096);
    at(0x1000, 4096);
    at(0xf000, 4096);
    at(0x10000, 8192);
    at(0x200000 - 4096, 8192);
    for (int bit = 28; bit <= 46; bit++) {
        at(1ul << bit, 3 * T_PAGE);
        at((1ul << bit) - 2 * T_PAGE, 4 * T_PAGE);
    }
    at(0x7fff00000000ul - (1ul << 40), 4 << 20);
    at(0x800000000000ul - 4096, 4096);
    at(0x800000000000ul, 4096);

    /* all at once, each with its own bytes */
    for (int bit = 28; bit <= 46; bit++, n++) {
        all[n] = (char *) (3ul << (bit - 1)) - T_PAGE;
        if (bit == 46)
            all[n] = (char *) 0x2a0000000000ul;
        MUST(mmap(all[n], 2 * T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1,
                  0) == all[n]);
        memset(all[n], n + 1, 2 * T_PAGE);
    }
    for (int i = 0; i < n; i++)
        CHECK(all[i][0] == i + 1 && all[i][2 * T_PAGE - 1] == i + 1);
    printf("%d at once\n", n);
    return t_end();
}
