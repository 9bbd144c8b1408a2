/* covers: clone exit_group kill execve prctl */
/* ways: cow (a picture that its maker does not send whole is no child: docs/limits.md) */
/* As child_outlives_a_parent_that_ends_as_it_forks, where the parent is told the child's number by the call itself. */
#include "orphans.h"

static pid_t make(void)
{
    static int tid;
    return (pid_t) raw(clone, CLONE_PARENT_SETTID | SIGCHLD, 0, &tid, NULL, 0);
}

int main(int argc, char **argv)
{
    (void) argv;
    return ends_as_it_makes(make, argc);
}
