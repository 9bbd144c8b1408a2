/* covers: mremap */
#include "fault.h"

static void fill(char *p, size_t size)
{
    for (size_t i = 0; i < size; i += 8)
        *(uint64_t *) (p + i) = i * 0x9e3779b97f4a7c15ul;
}

static bool filled(const char *p, size_t size)
{
    for (size_t i = 0; i < size; i += 8)
        if (*(const uint64_t *) (p + i) != i * 0x9e3779b97f4a7c15ul)
            return false;
    return true;
}

static void grow(size_t from, size_t to, size_t shift)
{
    /* a neighbour behind it makes it move */
    char *area = map_anon(from + (4 << 20), PROT_READ | PROT_WRITE), *p = area + shift, *q;
    fill(p, from);
    q = mremap(p, from, to, MREMAP_MAYMOVE);
    MUST(q != MAP_FAILED);
    CHECK(q != p);
    CHECK(filled(q, from));
    if (to > from) {
        bool zero = true;
        for (size_t i = from; i < to; i += 64)
            zero &= q[i] == 0;
        CHECK(zero);
        memset(q + from, 1, to - from);
    }
    show_read("old place", p);
    show_read("old end", p + from - 1);
    show_write("neighbour", p + from);
    printf("%zu to %zu\n", from / T_PAGE, to / T_PAGE);
    munmap(q, to);
    munmap(area, from + (4 << 20));
}

int main(void)
{
    char *p, *q;
    fault_catch();
    grow(T_PAGE, 2 * T_PAGE, 0);
    grow(3 * T_PAGE, 700 * T_PAGE, T_PAGE);
    grow(600 * T_PAGE, 601 * T_PAGE, 5 * T_PAGE);
    grow(4 << 20, 16 << 20, 1 << 20);

    /* doubling, as realloc does */
    p = map_anon(T_PAGE, PROT_READ | PROT_WRITE);
    fill(p, T_PAGE);
    for (size_t size = T_PAGE; size < 32 << 20; size *= 2) {
        q = mremap(p, size, 2 * size, MREMAP_MAYMOVE);
        MUST(q != MAP_FAILED);
        CHECK(filled(q, size));
        fill(q, 2 * size);
        p = q;
    }
    /* part of a page is enough to say which pages */
    q = mremap(p, 32 << 20, 12345, MREMAP_MAYMOVE);
    CHECK(q == p && filled(q, 12344));
    show_read("rest of the last page", q + 4 * T_PAGE - 1);
    show_read("next page", q + 4 * T_PAGE);
    return t_end();
}
