/* covers: rt_sigaction */
#include "told.h"

static volatile int inside;

static void handler(int sig)
{
    struct sigaction old;
    sigaction(sig, NULL, &old);
    inside = old.sa_handler == SIG_DFL;
}

static void twice(int sig, int flags)
{
    struct sigaction sa = {.sa_handler = handler, .sa_flags = (int) (SA_RESETHAND | (unsigned) flags)};
    sigaction(sig, &sa, NULL);
    raise(sig);
    printf("%s: default inside %d\n", signame(sig), inside);
    raise(sig);
    printf("lives\n");
}

int main(void)
{
    static const int sigs[] = {SIGUSR1, SIGSEGV, SIGBUS, SIGTRAP, SIGCHLD, SIGALRM, 40};
    for (unsigned i = 0; i < ARRAY_SIZE(sigs); i++) {
        show_status(signame(sigs[i]), IN_CHILD(twice(sigs[i], 0)));
        show_status("with NODEFER", IN_CHILD(twice(sigs[i], SA_NODEFER)));
    }
    return t_end();
}
