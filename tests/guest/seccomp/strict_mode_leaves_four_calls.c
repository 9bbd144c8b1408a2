/* covers: seccomp prctl exit read write */
#include "../filter.h"

static const long refused[] = {SYS_getpid, SYS_exit_group, SYS_close, SYS_prctl, SYS_mmap, 9999, SYS_rt_sigaction, -1};

int main(void)
{
    char c = 0;
    int p[2];
    MUST(pipe(p) == 0);
    SHOW_CHILD("the four", {
        MUST(raw(prctl, PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0, 0, 0) == 0);
        raw(write, p[1], "x", 1);
        raw(read, p[0], &c, 1);
        raw(write, 1, c == 'x' ? "piped\n" : "lost\n", 6);
        raw(exit, 5);
    });
    for (unsigned i = 0; i < ARRAY_SIZE(refused); i++) {
        printf("call %ld\n", refused[i]);
        SHOW_CHILD("child", {
            MUST(raw(seccomp, SECCOMP_SET_MODE_STRICT, 0, 0) == 0);
            syscall(refused[i], 0, 0, 0, 0, 0, 0);
            raw(exit, 6);
        });
    }
    SHOW_CHILD("needs no privilege", {
        if (geteuid() == 0)
            MUST(setresuid(65534, 65534, 65534) == 0);
        show("strict", raw(seccomp, SECCOMP_SET_MODE_STRICT, 0, 0));
        raw(exit, 7);
    });
    SHOW_CHILD("not after a filter", {
        no_new_privs();
        MUST(filter_one(0, SYS_getppid, ERRNO(3)) == 0);
        show("strict", raw(seccomp, SECCOMP_SET_MODE_STRICT, 0, 0));
        show("mode", raw(prctl, PR_GET_SECCOMP, 0, 0, 0, 0));
    });
    return t_end();
}
