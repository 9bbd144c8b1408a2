/* covers: mprotect pkey_mprotect */
/* translated: no (under the translator it takes minutes) */
#include "fault.h"

int main(void)
{
    char *p, *f;
    int ro, rw;
    scratch();
    fault_catch();
    put_file("f", "x");
    MUST(truncate("f", 4 * T_PAGE) == 0);
    MUST((ro = open("f", O_RDONLY)) >= 0);
    MUST((rw = open("f", O_RDWR)) >= 0);
    p = map_anon(16 * T_PAGE, PROT_READ | PROT_WRITE);
    memset(p, 1, 16 * T_PAGE);

    show("not aligned", mprotect(p + 8, T_PAGE, PROT_READ));
    show("zero length", mprotect(p, 0, PROT_NONE));
    show_write("which changed nothing", p);
    show("zero length in a hole", mprotect((void *) 0x210000000000ul, 0, PROT_NONE));
    show("wraps", mprotect(p, ~0ul, PROT_NONE));
    show("unknown bits", mprotect(p, T_PAGE, 0x80));
    show("grows up and down", mprotect(p, T_PAGE, PROT_READ | 0x03000000));
    show("grows down, but is no stack", mprotect(p, T_PAGE, PROT_READ | 0x01000000));
    show("one byte", mprotect(p, 1, PROT_READ));
    show_write("a page", p + 4095);
    show_write("only one", p + 4096);

    MUST(munmap(p + 8 * T_PAGE, T_PAGE) == 0);
    show("over a hole", mprotect(p + 6 * T_PAGE, 4 * T_PAGE, PROT_READ));
    show_write("before the hole", p + 7 * T_PAGE);
    show_write("behind the hole", p + 9 * T_PAGE);
    show("starts in a hole", mprotect(p + 8 * T_PAGE, 2 * T_PAGE, PROT_READ));
    show_write("behind the hole", p + 9 * T_PAGE);
    show("nothing there", mprotect((void *) 0x210000000000ul, T_PAGE, PROT_READ));
    show("address 0", mprotect(NULL, T_PAGE, PROT_READ));
    show("kernel half", mprotect((void *) 0xffff800000000000ul, T_PAGE, PROT_READ));

    MUST((f = mmap(NULL, 4 * T_PAGE, PROT_READ, MAP_SHARED, ro, 0)) != MAP_FAILED);
    show("read-only shared file made writable", mprotect(f, T_PAGE, PROT_READ | PROT_WRITE));
    show("made executable", mprotect(f, T_PAGE, PROT_READ | PROT_EXEC));
    MUST((f = mmap(NULL, 4 * T_PAGE, PROT_READ, MAP_PRIVATE, ro, 0)) != MAP_FAILED);
    show("read-only private file made writable", mprotect(f, T_PAGE, PROT_READ | PROT_WRITE));
    MUST((f = mmap(NULL, 4 * T_PAGE, PROT_READ, MAP_SHARED, rw, 0)) != MAP_FAILED);
    show("shared file made writable", mprotect(f, T_PAGE, PROT_READ | PROT_WRITE));

    show("default key", raw(pkey_mprotect, p + 10 * T_PAGE, T_PAGE, PROT_READ, -1));
    show_write("as mprotect", p + 10 * T_PAGE);
    show("key 17", raw(pkey_mprotect, p + 10 * T_PAGE, T_PAGE, PROT_READ, 17));
    return t_end();
}
