/* covers: clone fork */
/* translated: no (under the translator it does not end) */
/* ways: cow copy (memory in a file would be shared by the copy that the host makes: docs/limits.md) */
/* Who shares the table of descriptors has a child with one of its own, and that shares it with another: none closes what another relies on. */
#include "child.h"

static pid_t sharer(void)
{
    return (pid_t) raw(clone, CLONE_FILES | SIGCHLD, 0, NULL, NULL, 0);
}

/* Calls, memory and a child of its own. */
static int lives(void)
{
    void *p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        return 1;
    memset(p, 1, 1 << 20);
    return IN_CHILD() == 0 && close(dup(0)) == 0 ? 0 : 2;
}

static int shares_at(int depth)
{
    pid_t pid;
    if (depth == 0)
        return lives();
    MUST((pid = sharer()) >= 0);
    if (pid == 0)
        _exit(IN_CHILD(_exit(shares_at(depth - 1))) || lives());
    return lives() || reap(pid) || lives();
}

int main(void)
{
    for (int depth = 0; depth < 4; depth++) {
        printf("%d times: %d\n", depth, shares_at(depth));
        fflush(stdout);
    }
    return t_end();
}
