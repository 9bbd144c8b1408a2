/* covers: prlimit64 fork */
#include "t.h"
#include <sys/resource.h>

int main(void)
{
    struct rlimit l = {77, 99}, old;
    int up[2], down[2];
    char c;
    pid_t pid;

    MUST(pipe(up) == 0 && pipe(down) == 0);
    pid = fork();
    if (pid == 0) {
        MUST(write(up[1], "r", 1) == 1 && read(down[0], &c, 1) == 1);
        MUST(getrlimit(RLIMIT_CORE, &l) == 0);
        printf("core %lu %lu\n", (unsigned long) l.rlim_cur, (unsigned long) l.rlim_max);
        MUST(getrlimit(RLIMIT_NOFILE, &l) == 0);
        printf("descriptors %lu\n", (unsigned long) l.rlim_cur);
        show("beyond", dup2(0, 200));
        _exit(0);
    }
    MUST(read(up[0], &c, 1) == 1);
    l.rlim_cur = l.rlim_max = 0;
    show("core of child", raw(prlimit64, pid, RLIMIT_CORE, &l, 0));
    MUST(raw(prlimit64, pid, RLIMIT_NOFILE, 0, &old) == 0);
    l = old;
    l.rlim_cur = 150;
    show("descriptors of child", raw(prlimit64, pid, RLIMIT_NOFILE, &l, &old));
    MUST(write(down[1], "g", 1) == 1);
    show_wait("child", pid);
    MUST(getrlimit(RLIMIT_NOFILE, &old) == 0);
    show("mine unchanged", old.rlim_cur != 150);
    return t_end();
}
