/* covers: seccomp fork vfork clone clone3 */
#include <sched.h>
#include <spawn.h>

#include "../filter.h"

static char stack[65536] __attribute__((aligned(16)));

static int body(void *arg)
{
    /* Two: the own and the parent's. */
    long r = syscall(SYS_getppid), s = syscall(SYS_getpgid, 0);
    printf("%s: %ld %ld\n", (char *) arg, r, s);
    printf("mode %ld filters %ld\n", raw(prctl, PR_GET_SECCOMP, 0, 0, 0, 0),
           status_field("/proc/self/status", "Seccomp_filters:"));
    return 0;
}

int main(void)
{
    no_new_privs();
    MUST(filter_one(0, SYS_getppid, ERRNO(EXFULL)) == 0);
    MUST(filter_one(0, SYS_getpgid, ERRNO(EBADE)) == 0);
    SHOW_CHILD("fork", body("fork"));
    SHOW_CHILD("fork of a fork", SHOW_CHILD("inner", body("inner")));
    pid_t pid = clone(body, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, "vfork");
    show_wait("vfork", pid);
    pid = clone(body, stack + sizeof stack, CLONE_VM | SIGCHLD, "shared memory");
    show_wait("shared memory", pid);
    pid = clone(body, stack + sizeof stack, CLONE_FS | SIGCHLD, "clone");
    show_wait("clone", pid);
    /* And the parent is as it was. */
    body("parent");
    return t_end();
}
