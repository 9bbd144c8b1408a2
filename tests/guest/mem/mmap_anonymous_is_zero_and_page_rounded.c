/* covers: mmap munmap */
#include "fault.h"

int main(void)
{
    static const size_t sizes[] = {1, 4095, 4096, 4097, 65536, 2097151, 2097152, 2097153, 8388608 + 12345};
    fault_catch();
    for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++) {
        size_t size = sizes[i], whole = (size + T_PAGE - 1) & ~(size_t) (T_PAGE - 1), nonzero = 0;
        unsigned char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        MUST(p != MAP_FAILED);
        CHECK(((uintptr_t) p & (T_PAGE - 1)) == 0);
        for (size_t j = 0; j < whole; j++)
            nonzero += p[j] != 0;
        CHECK(nonzero == 0);
        memset(p, 0xa5, whole);
        for (size_t j = 0; j < whole; j += 511)
            nonzero += p[j] != 0xa5;
        CHECK(nonzero == 0);
        show("munmap", munmap(p, size));
        show_read("after munmap, first", p);
        show_read("after munmap, last", p + whole - 1);
    }
    return t_end();
}
