/* covers: ptrace */
/* The x87 and SSE state by PTRACE_SETREGSET, which takes no part of it, and the ports of one that has none. */
#include "ptrace.h"

#define IOPERM 0x201 /* NT_386_IOPERM */

int main(void)
{
    pid_t p = TRACED(;);
    static char buf[1024];
    static const size_t len[] = {0, 4, 7, 8, 16, 504, 508, 512, 520, 1024};
    struct iovec iov = {buf, 512};
    show("get", ptrace(PTRACE_GETREGSET, p, (void *) 2l, &iov));
    for (unsigned i = 0; i < ARRAY_SIZE(len); i++) {
        iov = (struct iovec){buf, len[i]};
        printf("%zu: ", len[i]);
        show("set", ptrace(PTRACE_SETREGSET, p, (void *) 2l, &iov));
        printf("length %zu\n", iov.iov_len);
    }
    for (size_t n = 7; n < 10; n++) {
        iov = (struct iovec){buf, n};
        show("get ports", ptrace(PTRACE_GETREGSET, p, (void *) (long) IOPERM, &iov));
        show("set ports", ptrace(PTRACE_SETREGSET, p, (void *) (long) IOPERM, &iov));
        printf("length %zu\n", iov.iov_len);
    }
    go_on(PTRACE_CONT, p, 0, "end");
}
