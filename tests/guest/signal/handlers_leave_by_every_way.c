/* covers: rt_sigreturn rt_sigprocmask */
/* only: glibc (musl has no contexts) */
#include <setjmp.h>
#include <ucontext.h>

#include "told.h"

static jmp_buf plain;
static sigjmp_buf saved;
static ucontext_t ctx, other;
static volatile int way, came;
static char stack[65536];

static void blocked(const char *name)
{
    sigset_t now;
    sigprocmask(SIG_SETMASK, NULL, &now);
    printf("%s: blocked %d\n", name, sigismember(&now, SIGUSR1));
}

static void handler(int sig)
{
    (void) sig;
    switch (way) {
    case 0:
        longjmp(plain, 1);
    case 1:
        siglongjmp(saved, 1);
    case 2:
        setcontext(&ctx);
        break;
    case 3:
        swapcontext(&ctx, &other);
        blocked("back in the handler");
    }
}

static void elsewhere(void)
{
    blocked("elsewhere");
    came++;
    setcontext(&ctx);
}

int main(void)
{
    signal(SIGUSR1, handler);
    way = 0;
    if (!setjmp(plain))
        raise(SIGUSR1);
    blocked("longjmp keeps the mask");
    told_unblock(SIGUSR1);
    way = 1;
    for (volatile int i = 0; i < 100; i++)
        if (!sigsetjmp(saved, 1))
            raise(SIGUSR1);
    blocked("siglongjmp");
    way = 2;
    volatile int n = 0;
    getcontext(&ctx);
    if (n++ < 100)
        raise(SIGUSR1);
    blocked("setcontext");
    way = 3;
    getcontext(&other);
    other.uc_stack = (stack_t){.ss_sp = stack, .ss_size = sizeof(stack)};
    sigemptyset(&other.uc_sigmask);
    makecontext(&other, elsewhere, 0);
    raise(SIGUSR1);
    blocked("swapcontext");
    printf("came %d\n", came);
    return t_end();
}
