/* covers: clone rt_tgsigqueueinfo */
/* A SIGSEGV with a value, which does not tell that it is for one thread, is sent to a thread as soon as it has a number: it has it, and no other. */
#include "t.h"

#include <sched.h>

#define THREADS 500
#define STACK 65536

static volatile int right, wrong, handled, alive;
static char stack[STACK] __attribute__((aligned(16)));

static void on_fault(int sig, siginfo_t *info, void *context)
{
    (void) sig, (void) context;
    if (info->si_value.sival_int == (int) syscall(SYS_gettid))
        right++;
    else
        wrong++;
    handled = 1;
}

static int thread_main(void *arg)
{
    while (!handled)
        ;
    syscall(SYS_exit, 0);
    return arg != NULL;
}

int main(void)
{
    struct sigaction act = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
    CHECK(sigaction(SIGSEGV, &act, NULL) == 0);
    for (int i = 0; i < THREADS; i++) {
        handled = 0;
        alive = 1;
        int tid = clone(thread_main, stack + STACK,
                        CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM |
                            CLONE_CHILD_CLEARTID,
                        NULL, NULL, NULL, (void *) &alive);
        siginfo_t info = {.si_signo = SIGSEGV, .si_code = SI_QUEUE};
        info.si_pid = getpid();
        info.si_value.sival_int = tid;
        CHECK(syscall(SYS_rt_tgsigqueueinfo, getpid(), tid, SIGSEGV, &info) == 0);
        while (alive)
            getppid(); /* where it would be delivered */
    }
    printf("%d right, %d wrong\n", right, wrong);
    return t_end();
}
