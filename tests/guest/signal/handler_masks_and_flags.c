/* covers: rt_sigaction rt_sigprocmask rt_sigreturn */
#include "t.h"

static char trail[256];
static volatile int calls;

static void note(const char *what, int sig)
{
    size_t n = strlen(trail);
    snprintf(trail + n, sizeof(trail) - n, "%s%d ", what, sig);
}

static void handler(int sig)
{
    note("+", sig);
    if (calls++ == 0) {
        raise(SIGUSR1);
        raise(SIGUSR2);
        raise(SIGHUP);
    }
    note("-", sig);
}

static void try(const char *name, int flags, int masked)
{
    struct sigaction sa = {.sa_handler = handler, .sa_flags = flags}, other = {.sa_handler = handler};
    sigset_t before, after;
    if (masked)
        sigaddset(&sa.sa_mask, masked);
    sigaction(SIGUSR1, &sa, NULL);
    sigaction(SIGUSR2, &other, NULL);
    sigaction(SIGHUP, &other, NULL);
    sigprocmask(SIG_BLOCK, NULL, &before);
    trail[0] = 0;
    calls = 0;
    raise(SIGUSR1);
    sigprocmask(SIG_BLOCK, NULL, &after);
    printf("%s: %s\n", name, trail);
    CHECK(memcmp(&before, &after, 8) == 0);
}

static volatile int oneshots;

static void oneshot(int sig)
{
    struct sigaction sa;
    sigaction(sig, NULL, &sa);
    printf("in the handler it is %s\n", sa.sa_handler == SIG_DFL ? "default" : "kept");
    oneshots++;
}

int main(void)
{
    struct sigaction sa = {.sa_handler = oneshot, .sa_flags = (int) SA_RESETHAND};
    try("plain", 0, 0);
    try("masks SIGUSR2", 0, SIGUSR2);
    try("masks SIGHUP", 0, SIGHUP);
    try("nodefer", SA_NODEFER, 0);
    try("nodefer, masks itself", SA_NODEFER, SIGUSR1);
    sigaction(SIGUSR1, &sa, NULL);
    raise(SIGUSR1);
    sigaction(SIGUSR1, NULL, &sa);
    printf("after: %s, %d\n", sa.sa_handler == SIG_DFL ? "default" : "kept", oneshots);
    sa = (struct sigaction){.sa_handler = oneshot, .sa_flags = (int) (SA_RESETHAND | SA_NODEFER)};
    sigaction(SIGUSR2, &sa, NULL);
    raise(SIGUSR2);
    printf("%d\n", oneshots);
    /* a mask never holds SIGKILL and SIGSTOP */
    sigset_t all, now;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    sigprocmask(SIG_BLOCK, NULL, &now);
    printf("kill %d stop %d term %d\n", sigismember(&now, SIGKILL), sigismember(&now, SIGSTOP),
           sigismember(&now, SIGTERM));
    return t_end();
}
