/* covers: seccomp clock_gettime */
#include "../filter.h"

int main(void)
{
    struct timespec a, b;
    no_new_privs();
    /* The vDSO needs no system call. */
    MUST(filter_one(0, SYS_clock_gettime, ERRNO(EXFULL)) == 0);
    MUST(filter_one(0, SYS_gettimeofday, ERRNO(EXFULL)) == 0);
    printf("vdso %d\n", clock_gettime(CLOCK_MONOTONIC, &a));
    show("system call", raw(clock_gettime, CLOCK_MONOTONIC, &b));
    return t_end();
}
