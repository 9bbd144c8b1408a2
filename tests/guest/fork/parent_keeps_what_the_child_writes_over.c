/* covers: fork */
#include "snapshot.h"

int main(void)
{
    enum { SIZE = 16 << 20 };
    char *p = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(p != MAP_FAILED);
    mark(p, SIZE, T_PAGE, 7);
    for (uint32_t i = 0; i < 5; i++) {
        show_status("child", IN_CHILD({
                        size_t wrong = marked_wrong(p, SIZE, T_PAGE, 7 + i);
                        memset(p, 0x5a, SIZE);
                        _exit(wrong != 0);
                    }));
        CHECK(marked_wrong(p, SIZE, T_PAGE, 7 + i) == 0);
        mark(p, SIZE, T_PAGE, 8 + i);
    }
    return t_end();
}
