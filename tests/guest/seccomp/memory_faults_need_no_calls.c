/* covers: seccomp */
#include "../filter.h"

/* What the system does for a program unasked goes on whatever its filter says. */
int main(void)
{
    enum { SIZE = 64 << 20 };
    no_new_privs();
    SHOW_CHILD("child", {
        char *p = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        MUST(p != MAP_FAILED);
        MUST(INSTALL(0, LOAD_NR, EQ(SYS_write, 2, 0), EQ(SYS_exit_group, 1, 0), RET(SECCOMP_RET_KILL_PROCESS),
                     RET(SECCOMP_RET_ALLOW)) == 0);
        for (long i = 0; i < SIZE; i += 4096)
            p[i] = 1;
        char grow[4 << 20];
        memset(grow, 1, sizeof grow);
        __asm__ volatile("" ::"r"(grow) : "memory");
        raw(write, 1, "touched\n", 8);
        raw(exit_group, 3);
    });
    return t_end();
}
