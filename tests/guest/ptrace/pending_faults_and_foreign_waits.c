/* covers: ptrace wait4 */
#include "ptrace.h"
#include <pthread.h>

/* A queue that is looked at again and again is nothing that another thread's wait is told of. */
static void *waiter(void *arg)
{
    pid_t *own = arg;
    for (int status;;) {
        pid_t pid = waitpid(-1, &status, __WALL);
        if (pid < 0)
            return NULL;
        if (pid == *own)
            return own;
        printf("FAIL: told of another, status %x\n", (unsigned) status);
    }
}

int main(void)
{
    struct gate g;
    gate_init(&g);
    pid_t p = TRACED(sigset_t s; sigfillset(&s); sigprocmask(SIG_SETMASK, &s, NULL); raw(getppid));
    go_on(PTRACE_SYSCALL, p, 0, "mask, entry");
    for (int call = 0; call < 60 && regs_of(p).orig_rax != SYS_getppid; call++)
        if (ptrace(PTRACE_SYSCALL, p, NULL, NULL) || next_status(p) < 0)
            break;
    MUST(kill(p, SIGSEGV) == 0 && raw(tgkill, p, p, SIGBUS) == 0);
    pid_t own = fork();
    MUST(own >= 0);
    if (own == 0) {
        gate_wait(&g);
        _exit(0);
    }
    pthread_t th;
    MUST(pthread_create(&th, NULL, waiter, &own) == 0);
    struct {
        uint64_t off;
        uint32_t flags;
        int32_t nr;
    } a = {0, 0, 4};
    siginfo_t si[4];
    for (int i = 0; i < 200; i++) {
        a.flags = i % 2;
        long n = ptrace(0x4209, p, &a, si);
        if (n != 1 || si[0].si_signo != (i % 2 ? SIGSEGV : SIGBUS) || si[0].si_code != (i % 2 ? SI_USER : SI_TKILL) ||
            si[0].si_pid != getpid())
            printf("FAIL: %ld, signal %d code %d\n", n, si[0].si_signo, si[0].si_code);
    }
    gate_open(&g);
    void *r;
    MUST(pthread_join(th, &r) == 0);
    CHECK(r == &own);
    go_on(PTRACE_CONT, p, 0, "end");
    return t_end();
}
