/* covers: seccomp fork vfork clone */
#include <sched.h>

#include "../filter.h"

static char stack[65536] __attribute__((aligned(16)));

static int body(void *arg)
{
    long installed = filter_one(0, SYS_getppid, ERRNO(EXFULL));
    printf("%s: %ld, %d\n", (char *) arg, installed, (int) syscall(SYS_getppid));
    return 0;
}

int main(void)
{
    no_new_privs();
    SHOW_CHILD("fork", body("fork"));
    show_ok("parent", syscall(SYS_getppid));
    show_wait("vfork", clone(body, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, "vfork"));
    show_ok("parent", syscall(SYS_getppid));
    show_wait("shared memory", clone(body, stack + sizeof stack, CLONE_VM | SIGCHLD, "shared memory"));
    show_ok("parent", syscall(SYS_getppid));
    show("mode", raw(prctl, PR_GET_SECCOMP, 0, 0, 0, 0));
    SHOW_CHILD("later child", show("mode", raw(prctl, PR_GET_SECCOMP, 0, 0, 0, 0)));
    return t_end();
}
