/* covers: clone set_tid_address */
#include "child.h"

/* CLONE_CHILD_CLEARTID, for children that share memory and that do not, by every way to leave it. */
static volatile int *word;

static int leaves(void *how)
{
    if ((long) how == 1)
        execl("/bin/true", "true", (char *) NULL);
    if ((long) how == 2)
        raise(SIGKILL);
    if ((long) how == 3)
        raise(SIGTERM);
    return 1;
}

int main(void)
{
    static const char *const name[] = {"exit", "exec", "kill", "default action"};
    static char stack[65536] __attribute__((aligned(16)));
    word = shared_mem(T_PAGE);
    for (long how = 0; how < 4; how++) {
        for (int shared = 0; shared < 2; shared++) {
            int status;
            *word = 77;
            int flags = CLONE_CHILD_CLEARTID | SIGCHLD | (shared ? CLONE_VM | CLONE_VFORK : 0);
            pid_t pid = clone(leaves, stack + sizeof stack, flags, (void *) how, NULL, NULL, (void *) word);
            MUST(pid > 0);
            if (!shared)
                MUST(waitpid(pid, &status, 0) == pid);
            printf("%s, %s memory: %d\n", name[how], shared ? "shared" : "own", *word);
            if (shared)
                MUST(waitpid(pid, &status, 0) == pid);
        }
    }
    return t_end();
}
