/* covers: rt_sigqueueinfo rt_sigpending rt_sigtimedwait kill tgkill */
#include "told.h"

/* SIGSEGV and SIGBUS that are blocked and sent: as any standard signal. */
static void queue(int sig, int value)
{
    MUST(sigqueue(getpid(), sig, (union sigval){.sival_int = value}) == 0);
}

static void pending(const char *name)
{
    sigset_t set;
    sigpending(&set);
    printf("%s: SIGSEGV %d SIGBUS %d\n", name, sigismember(&set, SIGSEGV), sigismember(&set, SIGBUS));
}

static void all(int sig)
{
    told_block(sig);
    queue(sig, 1);
    queue(sig, 2);
    kill(getpid(), sig);
    pending("three times");
    show_pending("the first is kept", sig, getpid());
    show_pending("no other", sig, getpid());
    pending("none");
    queue(sig, 3);
    struct sigaction ign = {.sa_handler = SIG_IGN}, old;
    sigaction(sig, &ign, &old);
    pending("ignored");
    sigaction(sig, &old, NULL);
    queue(sig, 4);
    signal(sig, SIG_DFL);
    pending("default");
    told_on(sig, 0);
    told_count = 0;
    told_unblock(sig);
    CHECK(told_count == 1);
    show_words("delivered", &told, getpid());
    raw(tgkill, getpid(), getpid(), sig);
    show_words("by tgkill", &told, getpid());
    CHECK(told_count == 2);
}

int main(void)
{
    all(SIGUSR1);
    all(SIGSEGV);
    all(SIGBUS);
    return t_end();
}
