/* covers: clone sigaltstack */
#include "child.h"

/* The alternate stack goes with vfork and fork, not to one that shares memory and runs beside. */
static char alt[65536], stack[65536] __attribute__((aligned(16)));

static int tells(void *arg)
{
    stack_t ss;
    (void) arg;
    raw(sigaltstack, NULL, &ss);
    return ss.ss_size == sizeof(alt) ? 1 : ss.ss_flags == SS_DISABLE ? 2 : 3;
}

static void once(const char *name, int flags)
{
    show_status(name, reap(clone(tells, stack + sizeof(stack), flags | SIGCHLD, NULL)));
}

int main(void)
{
    stack_t ss = {.ss_sp = alt, .ss_size = sizeof(alt)};
    MUST(sigaltstack(&ss, NULL) == 0);
    once("fork", 0);
    once("CLONE_VM", CLONE_VM);
    once("CLONE_VM and CLONE_VFORK", CLONE_VM | CLONE_VFORK);
    once("CLONE_VFORK", CLONE_VFORK);
    return t_end();
}
