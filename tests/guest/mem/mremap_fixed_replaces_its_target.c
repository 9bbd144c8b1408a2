/* covers: mremap */
#include "fault.h"

int main(void)
{
    char *src, *dst;
    fault_catch();
    src = map_anon(16 * T_PAGE, PROT_READ | PROT_WRITE);
    dst = map_anon(16 * T_PAGE, PROT_READ | PROT_WRITE);
    memset(src, 1, 16 * T_PAGE);
    memset(dst, 2, 16 * T_PAGE);

    show_ok("fixed without maymove", (long) mremap(src, T_PAGE, T_PAGE, MREMAP_FIXED, dst));
    show_ok("target not aligned", (long) mremap(src, T_PAGE, T_PAGE, MREMAP_FIXED | MREMAP_MAYMOVE, dst + 1));
    show_ok("target overlaps", (long) mremap(src, 4 * T_PAGE, 4 * T_PAGE, MREMAP_FIXED | MREMAP_MAYMOVE, src + T_PAGE));
    show_ok("target is the source", (long) mremap(src, 4 * T_PAGE, 4 * T_PAGE, MREMAP_FIXED | MREMAP_MAYMOVE, src));
    show_ok("target past user space",
            (long) mremap(src, T_PAGE, T_PAGE, MREMAP_FIXED | MREMAP_MAYMOVE, (void *) 0xffff800000000000ul));
    show_ok("source not aligned", (long) mremap(src + 8, T_PAGE, T_PAGE, MREMAP_MAYMOVE));
    show_ok("unknown flag", (long) mremap(src, T_PAGE, T_PAGE, MREMAP_MAYMOVE | 16));
    show_ok("to zero bytes", (long) mremap(src, T_PAGE, 0, MREMAP_MAYMOVE));
    show_ok("source is a hole", (long) mremap((void *) 0x210000000000ul, T_PAGE, 2 * T_PAGE, MREMAP_MAYMOVE));
    show_ok("hole of nearly all memory", (long) mremap((void *) 0x210000000000ul, -8192ul, T_PAGE, MREMAP_MAYMOVE));
    show_ok("from nearly all memory", (long) mremap(src, -8192ul, T_PAGE, MREMAP_MAYMOVE));
    show_ok("from more than there is to more", (long) mremap(src, 0x7fff00000000ul, 0x7fff80000000ul, MREMAP_MAYMOVE));
    show_ok("to 2^60 bytes", (long) mremap(src, T_PAGE, 1ul << 60, MREMAP_MAYMOVE));
    CHECK(src[0] == 1 && dst[0] == 2);

    CHECK(mremap(src, 4 * T_PAGE, 4 * T_PAGE, MREMAP_FIXED | MREMAP_MAYMOVE, dst + 2 * T_PAGE) == dst + 2 * T_PAGE);
    for (int i = 0; i < 16; i++)
        CHECK(dst[i * T_PAGE] == (i >= 2 && i < 6 ? 1 : 2));
    show_read("source", src);
    show_read("source's neighbour", src + 4 * T_PAGE);

    /* shrinks and moves: the tail of the source goes, too */
    CHECK(mremap(src + 4 * T_PAGE, 4 * T_PAGE, T_PAGE, MREMAP_FIXED | MREMAP_MAYMOVE, dst) == dst);
    show_read("source's tail", src + 7 * T_PAGE);
    show_read("behind the source", src + 8 * T_PAGE);
    CHECK(dst[0] == 1 && dst[T_PAGE] == 2);

    /* grows and moves */
    CHECK(mremap(src + 8 * T_PAGE, T_PAGE, 3 * T_PAGE, MREMAP_FIXED | MREMAP_MAYMOVE, dst + 8 * T_PAGE) ==
          dst + 8 * T_PAGE);
    CHECK(dst[8 * T_PAGE] == 1 && dst[9 * T_PAGE] == 0 && dst[10 * T_PAGE] == 0 && dst[11 * T_PAGE] == 2);

    /* far away, with the rights that it had */
    MUST(mprotect(dst, T_PAGE, PROT_READ) == 0);
    src = (char *) 0x2b0000000000ul;
    CHECK(mremap(dst, T_PAGE, T_PAGE, MREMAP_FIXED | MREMAP_MAYMOVE, src) == src);
    CHECK(src[0] == 1);
    show_write("moved read-only page", src);

    /* over two regions at once */
    MUST(mprotect(dst + 12 * T_PAGE, 2 * T_PAGE, PROT_READ) == 0);
    src = mremap(dst + 11 * T_PAGE, 4 * T_PAGE, 4 * T_PAGE, MREMAP_FIXED | MREMAP_MAYMOVE, (void *) 0x2c0000000000ul);
    show_ok("move over two regions", (long) src);
    src = mremap(dst + 11 * T_PAGE, 4 * T_PAGE, 8 * T_PAGE, MREMAP_MAYMOVE);
    show_ok("grow over two regions", (long) src);
    return t_end();
}
