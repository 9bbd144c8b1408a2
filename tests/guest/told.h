/* What a handler is told: every field of the siginfo, with what differs from run to run masked. */
#ifndef TOLD_H
#define TOLD_H

#include "child.h"

static siginfo_t told;
static volatile sig_atomic_t told_count;

T_UNUSED static void told_handler(int sig, siginfo_t *si, void *uc)
{
    (void) uc;
    CHECK(sig == si->si_signo);
    told = *si;
    told_count++;
}

T_UNUSED static void told_on(int sig, int flags)
{
    struct sigaction sa = {.sa_sigaction = told_handler, .sa_flags = SA_SIGINFO | flags};
    MUST(sigaction(sig, &sa, NULL) == 0);
}

T_UNUSED static sigset_t one_signal(int sig)
{
    sigset_t set;
    sigemptyset(&set);
    if (sig)
        sigaddset(&set, sig);
    return set;
}

T_UNUSED static void told_block(int sig)
{
    sigset_t set = one_signal(sig);
    MUST(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
}

T_UNUSED static void told_unblock(int sig)
{
    sigset_t set = one_signal(sig);
    MUST(sigprocmask(SIG_UNBLOCK, &set, NULL) == 0);
}

/* The words of a siginfo after its first three numbers; a word that is `pid` or the user's id is told as that, and the times that a child
 * used are not told. */
T_UNUSED static void show_words(const char *name, const siginfo_t *si, pid_t pid)
{
    const uint32_t *w = (const uint32_t *) si;
    printf("%s: %s errno %d code %d:", name, signame(si->si_signo), si->si_errno, si->si_code);
    bool child = pid && si->si_pid == pid && si->si_code >= CLD_EXITED && si->si_code <= CLD_CONTINUED;
    unsigned n = child ? offsetof(siginfo_t, si_utime) / 4 : sizeof(*si) / 4;
    while (n > 3 && !w[n - 1])
        n--;
    for (unsigned i = 3; i < n; i++)
        if (pid && w[i] == (uint32_t) pid)
            printf(" pid");
        else if (pid && i == 5 && w[i] == getuid())
            printf(" uid");
        else
            printf(" %x", w[i]);
    printf("\n");
}

/* What is pending for `sig`, taken without a handler. */
T_UNUSED static void show_pending(const char *name, int sig, pid_t pid)
{
    struct timespec none = {0, 0};
    sigset_t set = one_signal(sig);
    siginfo_t si;
    memset(&si, 0xee, sizeof(si));
    if (sigtimedwait(&set, &si, &none) < 0)
        printf("%s: %s\n", name, errname(errno));
    else
        show_words(name, &si, pid);
}

#endif
