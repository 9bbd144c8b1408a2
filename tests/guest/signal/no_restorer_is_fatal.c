/* covers: rt_sigaction */
#include "told.h"

struct kact {
    void *handler;
    unsigned long flags;
    void *restorer;
    uint64_t mask;
};

static void handler(int sig)
{
    printf("ran for %d\n", sig);
    _exit(4);
}

static void run(int sig, unsigned long flags, int fault)
{
    struct kact k = {handler, flags, NULL, 0};
    if (fault)
        told_on(SIGSEGV, 0);
    MUST(raw(rt_sigaction, sig, &k, NULL, 8) == 0);
    raise(sig);
    if (fault)
        show_words("instead", &told, 0);
}

int main(void)
{
    show_status("no restorer", IN_CHILD(run(SIGUSR1, 0, 0)));
    show_status("no restorer, SIGSEGV caught", IN_CHILD(run(SIGUSR1, 0, 1)));
    show_status("no restorer for SIGSEGV", IN_CHILD(run(SIGSEGV, 0, 0)));
    show_status("one that is not called", IN_CHILD(run(SIGUSR1, 0x04000000, 0)));
    return t_end();
}
