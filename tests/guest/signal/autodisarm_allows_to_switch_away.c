/* covers: sigaltstack rt_sigreturn */
/* only: glibc (musl has no contexts) */
#include <ucontext.h>

#include "t.h"

#define AUTODISARM ((int) (1u << 31))
static char alt[65536], second[65536], corout[65536];
static ucontext_t main_ctx, side, in_handler;
static volatile int steps;

static void tell(const char *name)
{
    stack_t ss;
    char here;
    sigaltstack(NULL, &ss);
    printf("%s: flags %x, stack %s, running on %s\n", name, (unsigned) ss.ss_flags,
           ss.ss_sp == alt      ? "first"
           : ss.ss_sp == second ? "second"
                                : "none",
           &here >= alt && &here < alt + sizeof(alt)            ? "first"
           : &here >= second && &here < second + sizeof(second) ? "second"
           : &here >= corout && &here < corout + sizeof(corout) ? "coroutine"
                                                                : "main");
}

static void nested(int sig)
{
    (void) sig;
    tell("nested");
}

static void coroutine(void)
{
    steps++;
    tell("coroutine");
    raise(SIGUSR2); /* uses whatever stack is armed now */
    swapcontext(&side, &in_handler);
}

static void handler(int sig)
{
    stack_t ss = {.ss_sp = second, .ss_size = sizeof(second), .ss_flags = AUTODISARM};
    (void) sig;
    tell("handler");
    show("arm another", sigaltstack(&ss, NULL));
    raise(SIGUSR2);
    tell("after the nested one");
    swapcontext(&in_handler, &side);
    tell("back in the handler");
}

int main(void)
{
    stack_t ss = {.ss_sp = alt, .ss_size = sizeof(alt), .ss_flags = AUTODISARM};
    struct sigaction sa = {.sa_handler = handler, .sa_flags = SA_ONSTACK},
                     sa2 = {.sa_handler = nested, .sa_flags = SA_ONSTACK};
    sigaction(SIGUSR1, &sa, NULL);
    sigaction(SIGUSR2, &sa2, NULL);
    getcontext(&side);
    side.uc_stack = (stack_t){.ss_sp = corout, .ss_size = sizeof(corout)};
    side.uc_link = &main_ctx;
    makecontext(&side, coroutine, 0);
    MUST(sigaltstack(&ss, NULL) == 0);
    raise(SIGUSR1);
    tell("main");
    printf("steps %d\n", steps);
    return t_end();
}
