/* covers: prlimit64 rt_sigqueueinfo timer_create kill */
#include <sys/resource.h>
#include <time.h>

#include "told.h"

/* RLIMIT_SIGPENDING counts over all processes of the user; with 0 nothing more is queued, but signals still come. */
static void limited(void)
{
    struct rlimit none = {0, 0};
    sigset_t now;
    timer_t t;
    told_block(40);
    told_block(SIGUSR1);
    MUST(setrlimit(RLIMIT_SIGPENDING, &none) == 0);
    show("sigqueue", sigqueue(getpid(), 40, (union sigval){.sival_int = 1}));
    show("kill", kill(getpid(), 40));
    show("kill again", kill(getpid(), 40));
    show("sigqueue of a standard one", sigqueue(getpid(), SIGUSR1, (union sigval){.sival_int = 1}));
    show("raise", raise(SIGUSR1));
    sigpending(&now);
    printf("pending %d %d\n", sigismember(&now, 40), sigismember(&now, SIGUSR1));
    show_pending("without information", 40, 0);
    show_pending("no second one", 40, 0);
    show_pending("standard", SIGUSR1, 0);
    show("timer", timer_create(CLOCK_MONOTONIC, NULL, &t));
}

int main(void)
{
    show_status("limited", IN_CHILD(limited()));
    return t_end();
}
