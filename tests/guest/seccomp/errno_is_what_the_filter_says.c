/* covers: seccomp */
#include "../filter.h"

int main(void)
{
    static const unsigned values[] = {0, 1, EPERM, ENOSYS, 133, 511, 512, 513, 4094, 4095, 4096, 0xffff};
    no_new_privs();
    for (unsigned i = 0; i < ARRAY_SIZE(values); i++)
        SHOW_CHILD("child", {
            MUST(filter_one(0, SYS_getppid, ERRNO(values[i])) == 0);
            long r;
            __asm__ volatile("syscall" : "=a"(r) : "a"(SYS_getppid) : "rcx", "r11", "memory");
            printf("%u: %ld\n", values[i], r);
        });
    MUST(filter_one(0, SYS_uname, ERRNO(ENOTUNIQ)) == 0);
    show("uname of a bad address", raw(uname, BAD_PTR));
    MUST(filter_one(0, 9999, ERRNO(EXFULL)) == 0);
    show("a number that is no call", syscall(9999));
    MUST(filter_one(0, -1, ERRNO(EBADE)) == 0);
    show("-1", syscall(-1));
    MUST(filter_one(0, 0x40000000 | SYS_getpid, ERRNO(EBADR)) == 0);
    show("an x32 number", syscall(0x40000000 | SYS_getpid));
    show_ok("its plain number", syscall(SYS_getpid));
    show("upper half does not count", syscall(0x500000000l | SYS_uname, BAD_PTR));
    return t_end();
}
