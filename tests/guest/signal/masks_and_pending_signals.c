/* covers: rt_sigprocmask rt_sigpending */
#include "t.h"

static char trail[256];

static void handler(int sig)
{
    size_t n = strlen(trail);
    snprintf(trail + n, sizeof(trail) - n, "%s ", signame(sig));
}

static uint64_t mask(void)
{
    uint64_t m = 0;
    raw(rt_sigprocmask, SIG_BLOCK, 0, &m, 8);
    return m;
}

int main(void)
{
    static const int sigs[] = {SIGTERM, SIGUSR2, 40, SIGHUP, 36, SIGUSR1, SIGCHLD, 64};
    uint64_t set, old, pending;
    for (unsigned i = 0; i < ARRAY_SIZE(sigs); i++)
        signal(sigs[i], handler);
    set = 0x7;
    show("block", raw(rt_sigprocmask, SIG_BLOCK, &set, &old, 8));
    printf("%lx %lx\n", (long) old, (long) mask());
    set = 0x2;
    show("unblock", raw(rt_sigprocmask, SIG_UNBLOCK, &set, &old, 8));
    printf("%lx %lx\n", (long) old, (long) mask());
    set = ~0ul;
    show("set all", raw(rt_sigprocmask, SIG_SETMASK, &set, &old, 8));
    printf("%lx %lx\n", (long) old, (long) mask());
    show("how 3", raw(rt_sigprocmask, 3, &set, 0, 8));
    show("how 77 without a set", raw(rt_sigprocmask, 77, 0, &old, 8));
    show("size 4", raw(rt_sigprocmask, SIG_BLOCK, &set, 0, 4));
    show("set not there", raw(rt_sigprocmask, SIG_BLOCK, BAD_PTR, 0, 8));
    show("old not there", raw(rt_sigprocmask, SIG_BLOCK, 0, BAD_PTR, 8));

    for (unsigned i = 0; i < ARRAY_SIZE(sigs); i++) {
        raise(sigs[i]);
        raise(sigs[i]);
    }
    show("pending", raw(rt_sigpending, &pending, 8));
    printf("%lx\n", (long) pending);
    show("pending, size 4", raw(rt_sigpending, &pending, 4));
    show("pending, size 16", raw(rt_sigpending, &pending, 16));
    show("pending to nowhere", raw(rt_sigpending, BAD_PTR, 8));
    CHECK(trail[0] == 0);
    set = 0;
    show("all at once", raw(rt_sigprocmask, SIG_SETMASK, &set, 0, 8));
    /* each handler interrupts the one before it, so the last to be entered is the first to say so */
    printf("%s\n", trail);
    show("pending", raw(rt_sigpending, &pending, 8));
    printf("%lx\n", (long) pending);
    /* an ignored signal is not even pending */
    set = ~0ul;
    raw(rt_sigprocmask, SIG_SETMASK, &set, 0, 8);
    signal(SIGUSR1, SIG_IGN);
    raise(SIGUSR1);
    raw(rt_sigpending, &pending, 8);
    printf("%lx\n", (long) pending);
    return t_end();
}
