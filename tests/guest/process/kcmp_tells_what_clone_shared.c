/* covers: kcmp clone vfork */
#include <linux/kcmp.h>

#include "threads.h"
#include "child.h"

static char stack[65536] __attribute__((aligned(16)));
static struct gate go;

static int wait_at_gate(void *arg)
{
    char c;
    (void) arg;
    while (read(go.fd[0], &c, 1) < 0 && errno == EINTR)
        ;
    return 0;
}

static void *nothing(void *arg)
{
    return arg;
}

static void once(const char *name, int flags)
{
    pid_t pid = clone(wait_at_gate, stack + sizeof(stack), flags | SIGCHLD, NULL), me = getpid();
    MUST(pid > 0);
    printf("%s:", name);
    for (int type = KCMP_VM; type <= KCMP_SYSVSEM; type++) {
        long r = raw(kcmp, me, pid, type, 0, 0);
        printf(" %s", r < 0 ? errname(errno) : r == 0 ? "same" : "other");
    }
    printf("\n");
    gate_open(&go);
    reap(pid);
}

int main(void)
{
    gate_init(&go);
    thread_join(thread_start(nothing, NULL)); /* after which there is a list of semaphores to undo */
    once("nothing", 0);
    once("CLONE_FS", CLONE_FS);
    once("CLONE_VM", CLONE_VM);
    once("CLONE_VM, CLONE_SIGHAND", CLONE_VM | CLONE_SIGHAND);
    once("CLONE_SYSVSEM", CLONE_SYSVSEM);
    once("CLONE_VM, FILES, FS, SIGHAND, SYSVSEM", CLONE_VM | CLONE_FILES | CLONE_FS | CLONE_SIGHAND | CLONE_SYSVSEM);
    return t_end();
}
