/* covers: rt_sigqueueinfo rt_sigtimedwait rt_sigpending prlimit64 */
#include <sys/resource.h>

#include "t.h"

static char trail[512];

static void handler(int sig, siginfo_t *si, void *uc)
{
    size_t n = strlen(trail);
    (void) uc;
    snprintf(trail + n, sizeof(trail) - n, "%d:%d ", sig, si->si_value.sival_int);
}

int main(void)
{
    struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    sigset_t all, none;
    siginfo_t si;
    int n = 0;
    sigfillset(&sa.sa_mask);
    sigfillset(&all);
    sigemptyset(&none);
    sigaction(40, &sa, NULL);
    sigaction(41, &sa, NULL);
    sigaction(SIGUSR1, &sa, NULL);
    sigprocmask(SIG_BLOCK, &all, NULL);
    for (int i = 0; i < 5; i++) {
        sigqueue(getpid(), 41, (union sigval){.sival_int = i});
        sigqueue(getpid(), 40, (union sigval){.sival_int = i + 10});
        sigqueue(getpid(), SIGUSR1, (union sigval){.sival_int = i + 20});
    }
    sigprocmask(SIG_SETMASK, &none, NULL);
    printf("%s\n", trail);

    /* taken one by one instead */
    sigprocmask(SIG_BLOCK, &all, NULL);
    for (int i = 0; i < 3; i++) {
        sigqueue(getpid(), 41, (union sigval){.sival_int = i});
        sigqueue(getpid(), 40, (union sigval){.sival_int = i + 10});
    }
    raise(SIGUSR1);
    struct timespec zero = {0, 0};
    while (sigtimedwait(&all, &si, &zero) > 0)
        printf("%d code %d value %d\n", si.si_signo, si.si_code, si.si_code == SI_QUEUE ? si.si_value.sival_int : 0);

    /* the queue has an end */
    struct rlimit rl = {50, 50};
    MUST(setrlimit(RLIMIT_SIGPENDING, &rl) == 0);
    /* what other processes of the user have pending counts, too */
    while (n < 1000 && sigqueue(getpid(), 42, (union sigval){.sival_int = n}) == 0)
        n++;
    show("queue is full", n <= 50 ? -1 : n);
    show("kill is not refused", kill(getpid(), 43));
    return t_end();
}
