/* covers: rt_sigprocmask rt_sigaction sigaltstack */
#include <setjmp.h>

#include "t.h"

static sigjmp_buf jb;
static volatile int hits;

static void on_segv(int sig)
{
    hits++;
    siglongjmp(jb, sig);
}

int main(void)
{
    static char alt[65536];
    stack_t ss = {.ss_sp = alt, .ss_size = sizeof(alt)};
    struct sigaction sa = {.sa_handler = on_segv, .sa_flags = SA_ONSTACK};
    sigset_t now;
    volatile int i;
    double d = 1.0;
    sigaltstack(&ss, NULL);
    sigaction(SIGSEGV, &sa, NULL);
    sigaction(SIGFPE, &sa, NULL);
    for (i = 0; i < 1000; i++) {
        volatile double keep = d * i;
        if (sigsetjmp(jb, 1) == 0)
            *(volatile char *) BAD_PTR = 1;
        if (!CHECK(keep == d * i))
            break;
    }
    printf("%d hits\n", hits);
    sigprocmask(SIG_BLOCK, NULL, &now);
    CHECK(!sigismember(&now, SIGSEGV));
    sigaltstack(NULL, &ss);
    CHECK(ss.ss_flags == 0);
    /* without restoring the mask the signal stays blocked, and the next fault kills: only look */
    if (sigsetjmp(jb, 0) == 0)
        *(volatile char *) BAD_PTR = 1;
    sigprocmask(SIG_BLOCK, NULL, &now);
    printf("blocked %d\n", sigismember(&now, SIGSEGV));
    return t_end();
}
