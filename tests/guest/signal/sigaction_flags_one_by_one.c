/* covers: rt_sigaction */
#include "told.h"

/* Each flag by what it changes; unknown ones are forgotten, the known ones are told back. */
struct kact {
    void *handler;
    unsigned long flags;
    void *restorer;
    uint64_t mask;
};

static volatile int nested, depth, again;

static void plain(int sig)
{
    depth++;
    if (depth == 1 && !again) {
        again = 1;
        raise(sig);
        nested = depth > 1;
    }
    depth--;
}

static void once(const char *name, unsigned long flags)
{
    struct sigaction sa = {.sa_handler = plain, .sa_flags = (int) flags}, old;
    struct kact k = {0};
    MUST(sigaction(SIGUSR1, &sa, NULL) == 0);
    MUST(raw(rt_sigaction, SIGUSR1, NULL, &k, 8) == 0);
    raise(SIGUSR1);
    sigaction(SIGUSR1, NULL, &old);
    printf("%s: kept %lx, ran inside itself %d, then %s\n", name, k.flags & ~0x04000000ul, nested,
           old.sa_handler == SIG_DFL ? "default" : "handler");
    nested = again = 0;
    signal(SIGUSR1, SIG_DFL);
}

int main(void)
{
    struct kact k, old;
    once("none", 0);
    once("NODEFER", SA_NODEFER);
    once("RESTART", SA_RESTART);
    once("ONSTACK", SA_ONSTACK);
    once("NOCLDSTOP", SA_NOCLDSTOP);
    once("NOCLDWAIT", SA_NOCLDWAIT);
    once("SIGINFO", SA_SIGINFO);
    once("all known", SA_NODEFER | SA_RESTART | SA_ONSTACK | SA_NOCLDSTOP | SA_NOCLDWAIT | SA_SIGINFO);
    MUST(raw(rt_sigaction, SIGUSR1, NULL, &k, 8) == 0);
    k.flags = 0xfffffffffffffffful & ~(unsigned long) SA_SIGINFO;
    k.handler = (void *) 1;
    k.mask = ~0ul;
    show("unknown flags", raw(rt_sigaction, SIGUSR1, &k, NULL, 8));
    MUST(raw(rt_sigaction, SIGUSR1, NULL, &old, 8) == 0);
    printf("kept %lx mask %lx handler %d\n", old.flags, (unsigned long) old.mask, old.handler == (void *) 1);
    for (int sig = -1; sig <= 65; sig += 33)
        show("number", raw(rt_sigaction, sig, NULL, &old, 8));
    show("SIGKILL", raw(rt_sigaction, SIGKILL, &k, NULL, 8));
    show("SIGKILL asked", raw(rt_sigaction, SIGKILL, NULL, &old, 8));
    show("SIGSTOP", raw(rt_sigaction, SIGSTOP, &k, NULL, 8));
    show("size", raw(rt_sigaction, SIGUSR1, NULL, NULL, 4));
    show("from nowhere", raw(rt_sigaction, SIGUSR1, BAD_PTR, NULL, 8));
    show("to nowhere", raw(rt_sigaction, SIGUSR1, NULL, BAD_PTR, 8));
    return t_end();
}
