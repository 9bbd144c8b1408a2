/* covers: ptrace */
/* only: static-glibc dynamic-glibc (one is enough) */
#include "ptrace.h"

int main(void)
{
    pid_t p = TRACED(;);
    static char buf[16384];
    static const int set[] = {1, 2, 0x202, 77};
    for (unsigned i = 0; i < ARRAY_SIZE(set); i++) {
        struct iovec iov = {buf, sizeof buf};
        long r = ptrace(PTRACE_GETREGSET, p, (void *) (long) set[i], &iov);
        show("whole", r);
        printf("length %zu\n", iov.iov_len);
        iov = (struct iovec){buf, 16};
        show("part", ptrace(PTRACE_GETREGSET, p, (void *) (long) set[i], &iov));
        printf("length %zu\n", iov.iov_len);
        iov = (struct iovec){buf, 13};
        show("odd", ptrace(PTRACE_GETREGSET, p, (void *) (long) set[i], &iov));
    }
    go_on(PTRACE_CONT, p, 0, "end");
}
