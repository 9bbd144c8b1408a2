/* covers: munmap */
/* A program may unmap its whole address space in one call: it takes no longer than what is there. The next instruction has no code. */
#include "t.h"

#define TOP 0x7ffffffff000ull

static void unmap(uint64_t from, uint64_t size)
{
    for (int i = 0; i < 20; i++) {
        int status;
        pid_t pid = fork();
        if (pid == 0) {
            syscall(SYS_munmap, from, size);
            _exit(1); /* not reached: there is nothing left to run */
        }
        waitpid(pid, &status, 0);
        if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSEGV)
            printf("child ended with status %#x\n", status);
    }
}

int main(void)
{
    struct timespec a, b;
    clock_gettime(CLOCK_MONOTONIC, &a);
    unmap(0, TOP);
    unmap(1 << 20, TOP - (1 << 20));
    clock_gettime(CLOCK_MONOTONIC, &b);
    /* Some milliseconds each; a walk of all of it by pieces of 2 MiB took more than a second each. */
    printf("%s\n", b.tv_sec - a.tv_sec < 15 ? "quick" : "slow");
    return 0;
}
