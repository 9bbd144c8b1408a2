/* covers: mmap */
#include "fault.h"

/* A buffer of a call that nobody has touched yet. */
static void calls_grow_it(char *area)
{
    static const long below[] = {100, T_PAGE, 17 * T_PAGE, 600 * T_PAGE};
    int fds[2];
    MUST(pipe(fds) == 0);
    for (int i = 0; i < 4; i++) {
        char *p =
            mmap(area, T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_FIXED, -1, 0);
        MUST(p == area);
        MUST(write(fds[1], "abcd", 4) == 4);
        CHECK(read(fds[0], p - below[i], 4) == 4 && p[-below[i]] == 'a');
        CHECK(write(fds[1], p - below[i] - 40 * T_PAGE, 4) == 4);
        MUST(read(fds[0], p, 4) == 4);
        CHECK(p[0] == 0);
        errno = 0;
        CHECK(read(fds[0], p + T_PAGE, 0) == 0);
        MUST(munmap(p - 2000 * T_PAGE, 2001 * T_PAGE) == 0);
        MUST(write(fds[1], "abcd", 4) == 4);
        CHECK(read(fds[0], p - below[i], 4) == -1 && errno == EFAULT);
        char rest[4];
        MUST(read(fds[0], rest, 4) == 4);
    }
}

int main(void)
{
    char *area = (char *) 0x2b0000000000ul, *p;
    fault_catch();
    p = mmap(area, 4 * T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_FIXED, -1, 0);
    MUST(p == area);
    p[0] = 1;
    show_write("a page below", p - T_PAGE + 8);
    show_write("far below", p - 1000 * T_PAGE);
    CHECK(p[-1] == 0 && p[-500 * T_PAGE] == 0);
    for (int i = 0; i < 64; i++)
        p[-i * T_PAGE - 1] = (char) i;
    CHECK(p[0] == 1);
    /* 256 pages above another mapping it stops */
    MUST(mmap(p - 2000 * T_PAGE, T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) !=
         MAP_FAILED);
    show_write("near the neighbour", p - 1740 * T_PAGE);
    show_write("within its gap", p - 1750 * T_PAGE);
    show_write("next to it", p - 1999 * T_PAGE);
    show_write("the neighbour", p - 2000 * T_PAGE);
    show_read("beyond it", p - 2001 * T_PAGE);
    calls_grow_it(area + (1 << 30));
    return t_end();
}
