/* covers: rt_sigprocmask rt_sigreturn */
#include "told.h"

static void handler(int sig)
{
    printf(" %d", sig);
}

int main(void)
{
    static const int sigs[] = {SIGTERM, 50, SIGSEGV, SIGHUP, SIGCHLD, 34, SIGUSR1, SIGFPE, SIGALRM, 64, SIGINT, SIGBUS};
    sigset_t all;
    sigfillset(&all);
    for (int pass = 0; pass < 2; pass++) {
        sigprocmask(SIG_BLOCK, &all, NULL);
        for (unsigned i = 0; i < ARRAY_SIZE(sigs); i++) {
            struct sigaction sa = {.sa_handler = handler};
            if (pass)
                sigfillset(&sa.sa_mask);
            if (sigs[i] != SIGSEGV && sigs[i] != SIGBUS) {
                sigaction(sigs[i], &sa, NULL);
                raise(sigs[i]);
            }
        }
        printf("pass %d:", pass);
        sigprocmask(SIG_UNBLOCK, &all, NULL);
        printf("\n");
    }
    return t_end();
}
