/* covers: unshare clone */
/* A new user namespace may be refused while another process runs in the same memory, but does that one no harm. */
#include "child.h"

static char stack[65536] __attribute__((aligned(16)));
static volatile int *turn;

static int in_child(void *arg)
{
    (void) arg;
    while (!*turn)
        ;
    for (int i = 0; i < 20; i++) {
        char *p = mmap(NULL, 64 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        for (unsigned at = 0; at < 64u << 20; at += 1 << 20)
            p[at] = 1;
        munmap(p, 64 << 20);
    }
    *turn = 2;
    raw(exit_group, 7);
    return 0;
}

int main(void)
{
    turn = shared_mem(T_PAGE);
    pid_t pid = clone(in_child, stack + sizeof stack, CLONE_VM | SIGCHLD, NULL);
    MUST(pid > 0);
    int r = unshare(CLONE_NEWUSER);
    CHECK(r == 0 || errno == EINVAL || errno == EPERM || errno == ENOSPC);
    *turn = 1;
    show_wait("child", pid);
    CHECK(*turn == 2);
    return t_end();
}
