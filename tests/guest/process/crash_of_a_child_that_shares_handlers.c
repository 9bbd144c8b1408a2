/* covers: clone rt_sigaction */
/* A child shares memory and handlers, and ends by a signal that has none: its parent's of the same kind come later, and calls with bad
 * addresses still fail. */
#include "child.h"

static char stack[65536] __attribute__((aligned(16)));
static volatile int handled;
static int wanted;

static int crashes(void *arg)
{
    (void) arg;
    raise(wanted);
    if (wanted == SIGSEGV)
        *(volatile int *) 16 = 1;
    return 9;
}

static void handler(int sig)
{
    (void) sig;
    handled++;
}

/* Of a child that ends so. */
static void crash(const char *name, int sig)
{
    int status = -1;
    wanted = sig;
    pid_t pid = clone(crashes, stack + sizeof stack, CLONE_VM | CLONE_VFORK | CLONE_SIGHAND | SIGCHLD, NULL);
    MUST(pid > 0);
    MUST(waitpid(pid, &status, 0) == pid);
    show_status(name, status & ~0x80);
    show("call with a bad address", raw(getcwd, 16, 100));
    signal(sig, handler);
    handled = 0;
    raise(sig);
    printf("handled %d\n", handled);
    signal(sig, SIG_DFL);
}

int main(void)
{
    const int sigs[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS, SIGABRT, SIGTERM};
    for (unsigned i = 0; i < ARRAY_SIZE(sigs); i++)
        crash(signame(sigs[i]), sigs[i]);
    return t_end();
}
