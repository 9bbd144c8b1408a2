/* covers: rt_sigprocmask exit_group */
#include "threads.h"
#include "told.h"

/* A fault whose signal is blocked in its thread ends the whole process, handler or not. */
static void *faults(void *arg)
{
    int sig = (int) (long) arg;
    sigset_t set;
    sigfillset(&set);
    pthread_sigmask(SIG_SETMASK, &set, NULL);
    volatile int zero = 0, seven = 7;
    if (sig == SIGSEGV)
        *(volatile char *) BAD_PTR = 0;
    else if (sig == SIGFPE)
        zero = seven / zero;
    else if (sig == SIGILL)
        __asm__ volatile("ud2");
    else if (sig == SIGTRAP)
        __asm__ volatile("int3");
    return NULL;
}

static void run(int sig, bool handler)
{
    if (handler)
        told_on(sig, 0);
    else
        signal(sig, SIG_IGN);
    thread_start(faults, (void *) (long) sig);
    for (;;)
        pause();
}

int main(void)
{
    static const int sigs[] = {SIGSEGV, SIGFPE, SIGILL, SIGTRAP};
    for (unsigned i = 0; i < ARRAY_SIZE(sigs); i++) {
        show_status("handled", IN_CHILD(run(sigs[i], true)) & 0x7f);
        show_status("ignored", IN_CHILD(run(sigs[i], false)) & 0x7f);
    }
    return t_end();
}
