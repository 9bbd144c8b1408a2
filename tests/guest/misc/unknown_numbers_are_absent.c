/* covers: getpid */
#include "t.h"

int main(void)
{
    int other = 0;

    show("500", syscall(500, 1, 2, 3));
    show("1000", syscall(1000));
    show("511", syscall(511, BAD_PTR));
    show("1 << 20", syscall(1 << 20));
    show("-1", syscall(-1));
    show("-1000", syscall(-1000));
    show("other ABI's", syscall(0x40000000 + 39));
    show("compat number", syscall(548));
    for (long nr = 340; nr < 424; nr++)
        other += syscall(nr, 0, 0, 0, 0, 0, 0) != -1 || errno != ENOSYS;
    show("in the gap", other);
    /* The number is 32 bits: what is above is not looked at. */
    show("high half", syscall((long) (0x1234500000000ul | SYS_getpid)) == getpid());
    return t_end();
}
