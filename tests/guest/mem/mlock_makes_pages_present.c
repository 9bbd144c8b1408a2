/* covers: mlock mlock2 munlock mlockall munlockall mincore */
#include "child.h"
#include "fault.h"

int main(void)
{
    char *p = map_anon(64 * T_PAGE, PROT_READ | PROT_WRITE);
    MUST(madvise(p, 64 * T_PAGE, MADV_NOHUGEPAGE) == 0);
    show("mlock", raw(mlock, p + 100, 4 * T_PAGE));
    printf("present %u\n", present(p, 64));
    show("mlock2 on fault", raw(mlock2, p + 16 * T_PAGE, 16 * T_PAGE, 1));
    printf("present %u\n", present(p + 16 * T_PAGE, 16));
    p[17 * T_PAGE] = 1;
    printf("present %u\n", present(p + 16 * T_PAGE, 16));
    show("mlock2 unknown flag", raw(mlock2, p, T_PAGE, 2));
    show("locked and not needed", madvise(p, T_PAGE, MADV_DONTNEED));
    show("munlock", raw(munlock, p, 32 * T_PAGE));
    show("not needed", madvise(p, T_PAGE, MADV_DONTNEED));
    show("munlock what is not locked", raw(munlock, p, T_PAGE));
    show("zero length", raw(mlock, p, 0));
    show("wraps", raw(mlock, p, ~0ul));
    show("nothing there", raw(mlock, 0x210000000000ul, T_PAGE));
    MUST(munmap(p + 40 * T_PAGE, T_PAGE) == 0);
    show("over a hole", raw(mlock, p + 38 * T_PAGE, 4 * T_PAGE));
    show("unlock over a hole", raw(munlock, p + 38 * T_PAGE, 4 * T_PAGE));
    MUST(mprotect(p + 50 * T_PAGE, T_PAGE, PROT_NONE) == 0);
    show("no rights", raw(mlock, p + 50 * T_PAGE, T_PAGE));

    show("mlockall nothing", raw(mlockall, 0));
    show("mlockall unknown", raw(mlockall, 8));
    show("mlockall on fault only", raw(mlockall, 4));
    show("mlockall future, on fault", raw(mlockall, 2 | 4));
    p = map_anon(2 * T_PAGE, PROT_READ | PROT_WRITE);
    printf("present %u\n", present(p, 2));
    show("munlockall", raw(munlockall));
    show("mlockall future", raw(mlockall, 2));
    p = map_anon(2 * T_PAGE, PROT_READ | PROT_WRITE);
    printf("present %u\n", present(p, 2));
    /* far from everything else */
    p = mmap((void *) 0x310000000000, 2 * T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
             0);
    MUST(p != MAP_FAILED);
    printf("present far away %u\n", present(p, 2));
    for (int own = 0; own < 2; own++) {
        p = mmap(NULL, 2 * T_PAGE, PROT_NONE, (own ? MAP_PRIVATE : MAP_SHARED) | MAP_ANONYMOUS, -1, 0);
        show("without rights at first", p == MAP_FAILED ? -1 : 0);
        printf("present %u\n", present(p, 2));
        MUST(mprotect(p, 2 * T_PAGE, PROT_READ | PROT_WRITE) == 0);
        printf("with rights: present %u\n", present(p, 2));
    }
    show_status("not inherited", IN_CHILD(_exit(present(map_anon(2 * T_PAGE, PROT_READ | PROT_WRITE), 2))));
    show("munlockall", raw(munlockall));
    return t_end();
}
