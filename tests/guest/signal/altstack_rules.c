/* covers: sigaltstack rt_sigaction rt_sigreturn */
#include <ucontext.h>

#include "t.h"

#ifndef SS_AUTODISARM
#define SS_AUTODISARM (1 << 31)
#endif

static char alt[65536], alt2[65536];
static volatile int where, inside_flags, frame_flags, change, uc_right, nested_same;

static int which(void)
{
    char here;
    return &here >= alt && &here < alt + sizeof(alt) ? 1 : &here >= alt2 && &here < alt2 + sizeof(alt2) ? 2 : 0;
}

static void nested(int sig)
{
    (void) sig;
    nested_same = which() == where;
}

static void handler(int sig, siginfo_t *si, void *arg)
{
    ucontext_t *uc = arg;
    stack_t ss, other = {.ss_sp = alt2, .ss_size = sizeof(alt2)};
    (void) sig;
    (void) si;
    where = which();
    sigaltstack(NULL, &ss);
    inside_flags = ss.ss_flags;
    frame_flags = uc->uc_stack.ss_flags;
    change = sigaltstack(&other, NULL) == 0 ? 0 : errno;
    uc_right = uc->uc_stack.ss_sp == alt && uc->uc_stack.ss_size == sizeof(alt);
    raise(SIGUSR2);
}

static void fire(const char *name, int ss_flags, int sa_flags)
{
    stack_t ss = {.ss_sp = alt, .ss_size = sizeof(alt), .ss_flags = ss_flags};
    struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | sa_flags};
    if (show(name, sigaltstack(&ss, NULL)) != 0)
        return;
    sigaction(SIGUSR1, &sa, NULL);
    raise(SIGUSR1);
    printf("  on stack %d, flags %x (frame %x), change inside %s, frame tells it %d, nested on the same %d\n", where,
           (unsigned) inside_flags, (unsigned) frame_flags, change ? errname(change) : "ok", uc_right, nested_same);
    sigaltstack(NULL, &ss);
    printf("  after: flags %x, %s\n", (unsigned) ss.ss_flags,
           ss.ss_sp == alt    ? "first"
           : ss.ss_sp == alt2 ? "second"
                              : "none");
}

int main(void)
{
    stack_t ss = {0};
    struct sigaction sa = {.sa_handler = nested, .sa_flags = SA_ONSTACK};
    sigaction(SIGUSR2, &sa, NULL);
    show("ask", sigaltstack(NULL, &ss));
    printf("flags %d size %zu\n", ss.ss_flags, ss.ss_size);
    fire("plain", 0, SA_ONSTACK);
    fire("not wanted by the handler", 0, 0);
    fire("SS_ONSTACK", SS_ONSTACK, SA_ONSTACK);
    fire("disabled", SS_DISABLE, SA_ONSTACK);
    fire("disarms itself", SS_AUTODISARM, SA_ONSTACK);
    fire("disabled, and disarms itself", SS_DISABLE | SS_AUTODISARM, SA_ONSTACK);
    fire("unknown flags", 0x40, SA_ONSTACK);
    ss = (stack_t){.ss_sp = alt, .ss_size = 2047};
    show("2,047 bytes", sigaltstack(&ss, NULL));
    ss.ss_size = 0;
    show("no bytes", sigaltstack(&ss, NULL));
    show("not there", raw(sigaltstack, BAD_PTR, 0));
    show("answer to nowhere", raw(sigaltstack, 0, BAD_PTR));
    return t_end();
}
