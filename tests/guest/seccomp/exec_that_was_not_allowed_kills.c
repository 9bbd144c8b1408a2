/* covers: seccomp execve */
#include "../filter.h"

int main(int argc, char **argv)
{
    char *args[] = {argv[0], "never", NULL};
    if (argc > 1) {
        puts("started");
        return 1;
    }
    no_new_privs();
    SHOW_CHILD("killed", {
        MUST(filter_one(0, SYS_execve, SECCOMP_RET_KILL_PROCESS) == 0);
        execv("/proc/self/exe", args);
    });
    SHOW_CHILD("what the next program begins with", {
        MUST(filter_one(0, SYS_brk, SECCOMP_RET_KILL_PROCESS) == 0);
        MUST(filter_one(0, SYS_arch_prctl, SECCOMP_RET_KILL_PROCESS) == 0);
        execv("/proc/self/exe", args);
    });
    return t_end();
}
