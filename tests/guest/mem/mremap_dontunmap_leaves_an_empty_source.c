/* covers: mremap memfd_create */
#include "fault.h"

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif

int main(void)
{
    char *p, *q, *s;
    int fd;
    fault_catch();
    p = map_anon(8 * T_PAGE, PROT_READ | PROT_WRITE);
    memset(p, 5, 8 * T_PAGE);
    show_ok("without maymove", (long) mremap(p, T_PAGE, T_PAGE, MREMAP_DONTUNMAP));
    show_ok("with another size", (long) mremap(p, T_PAGE, 2 * T_PAGE, MREMAP_DONTUNMAP | MREMAP_MAYMOVE));
    q = mremap(p, 4 * T_PAGE, 4 * T_PAGE, MREMAP_DONTUNMAP | MREMAP_MAYMOVE, 0);
    MUST(q != MAP_FAILED);
    CHECK(q != p);
    for (int i = 0; i < 4 * T_PAGE; i += 512)
        CHECK(q[i] == 5 && p[i] == 0);
    CHECK(p[4 * T_PAGE] == 5);
    p[0] = 6;
    CHECK(q[0] == 5);
    show_write("source", p + T_PAGE);

    /* of a shared mapping both places show the same memory */
    MUST((fd = memfd_create("m", MFD_CLOEXEC)) >= 0);
    MUST(ftruncate(fd, 2 * T_PAGE) == 0);
    MUST((s = mmap(NULL, 2 * T_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)) != MAP_FAILED);
    s[0] = 8;
    q = mremap(s, 2 * T_PAGE, 2 * T_PAGE, MREMAP_DONTUNMAP | MREMAP_MAYMOVE, 0);
    MUST(q != MAP_FAILED);
    CHECK(q[0] == 8 && s[0] == 8);
    q[1] = 9;
    CHECK(s[1] == 9);

    q = (char *) 0x2b0000000000ul;
    CHECK(mremap(p + 4 * T_PAGE, T_PAGE, T_PAGE, MREMAP_DONTUNMAP | MREMAP_MAYMOVE | MREMAP_FIXED, q) == q);
    CHECK(q[0] == 5 && p[4 * T_PAGE] == 0);
    return t_end();
}
