/* covers: clone */
/* ways: cow copy (memory in a file would be shared by the copy that the host makes: docs/limits.md) */
#include "child.h"

/* Where the parent is to be told its child's id, and where it is not: addresses that nothing has, or that are out of the program's reach. */
int main(void)
{
    static const unsigned long at[] = {0, 8, 0x700000000000, 0x7ffffffff000, 0xffff800000000000};
    static const int flags[] = {0, CLONE_FILES, CLONE_PARENT_SETTID, CLONE_FILES | CLONE_PARENT_SETTID};
    for (unsigned f = 0; f < ARRAY_SIZE(flags); f++)
        for (unsigned i = 0; i < ARRAY_SIZE(at); i++) {
            long pid = raw(clone, flags[f] | SIGCHLD, 0, at[i], 0, 0);
            if (pid == 0)
                raw(exit_group, 3);
            printf("flags %x at %lx: ", (unsigned) flags[f], at[i]);
            show("child", pid > 0 ? reap((pid_t) pid) : pid);
        }
    return t_end();
}
