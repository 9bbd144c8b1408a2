/* covers: sigaltstack rt_sigaction */
/* translated: no (under the translator it does not end) */
#include "child.h"

/* A frame that finds no room on the alternate stack is SIGSEGV, and a second one ends the program. */
static char alt[65536] __attribute__((aligned(4096)));
static volatile int depth;

static void deeper(int sig)
{
    (void) sig;
    depth++;
    raise(SIGUSR1);
}

static void on_segv(int sig, siginfo_t *si, void *uc)
{
    (void) sig;
    (void) uc;
    printf("code %d at %p, deep: %d\n", si->si_code, si->si_addr, depth > 1);
    _exit(3);
}

static void run(size_t size, int segv_flags, int catch)
{
    stack_t ss = {.ss_sp = alt, .ss_size = size};
    struct sigaction sa = {.sa_handler = deeper, .sa_flags = SA_ONSTACK | SA_NODEFER};
    struct sigaction seg = {.sa_sigaction = on_segv, .sa_flags = SA_SIGINFO | segv_flags};
    MUST(sigaltstack(&ss, NULL) == 0);
    sigaction(SIGUSR1, &sa, NULL);
    if (catch)
        sigaction(SIGSEGV, &seg, NULL);
    raise(SIGUSR1);
    printf("came back\n");
}

int main(void)
{
    show_status("64 KiB, not caught", IN_CHILD(run(sizeof(alt), 0, 0)));
    show_status("64 KiB, caught on the same stack", IN_CHILD(run(sizeof(alt), SA_ONSTACK, 1)));
    return t_end();
}
