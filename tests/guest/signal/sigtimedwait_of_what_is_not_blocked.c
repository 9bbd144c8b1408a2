/* covers: rt_sigtimedwait */
/* What the mask lets in is waited for only where it does nothing at once: death without a core, and what is ignored, come first. */
#include "threads.h"
#include "told.h"

static volatile sig_atomic_t handled;

static void on_signal(int sig)
{
    (void) sig;
    handled++;
}

/* The signal, and after it the last one, which is blocked: it ends a wait that the first did not. */
static void wait_for(int sig, sighandler_t how)
{
    sigset_t set = one_signal(sig), last = one_signal(64);
    const pid_t me = getpid(), waiter = gettid();
    siginfo_t si = {0};
    sigaddset(&set, 64);
    MUST(sigprocmask(SIG_BLOCK, &last, NULL) == 0);
    signal(sig, how);
    pid_t pid = fork();
    MUST(pid >= 0);
    if (pid == 0) {
        const struct timespec pause = {0, 200000};
        for (int asleep = 0; asleep < 12; nanosleep(&pause, NULL))
            asleep = task_state(me, me) == 'S' && task_state(me, waiter) == 'S' ? asleep + 1 : 0;
        kill(me, sig);
        if (getppid() == me)
            kill(me, 64);
        _exit(0);
    }
    show("wait", raw(rt_sigtimedwait, &set, &si, NULL, 8));
    printf("sender %d handled %d\n", si.si_pid == pid, handled);
    reap(pid);
}

/* The same in a second thread: what is for the process its first thread may take, or have it kept by blocking it. */
static int thread_sig;
static sighandler_t thread_how;

static void *waits(void *arg)
{
    sigset_t set = one_signal(thread_sig);
    (void) arg;
    MUST(pthread_sigmask(SIG_UNBLOCK, &set, NULL) == 0);
    wait_for(thread_sig, thread_how);
    return NULL;
}

static void wait_in_thread(int sig, sighandler_t how, bool first_blocks)
{
    sigset_t set = one_signal(64);
    if (first_blocks)
        sigaddset(&set, sig);
    MUST(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
    thread_sig = sig;
    thread_how = how;
    thread_join(thread_start(waits, NULL));
}

static const int sigs[] = {SIGUSR1, SIGTERM, 40, SIGWINCH, SIGCONT, SIGQUIT, SIGSYS, SIGSEGV, SIGTSTP};

int main(void)
{
    alarm(120); /* some eighty forks: 20 s on an emulated host that has nothing else to do */
    for (unsigned i = 0; i < ARRAY_SIZE(sigs); i++) {
        printf("%s\n", signame(sigs[i]));
        show_status("by default", IN_CHILD(wait_for(sigs[i], SIG_DFL)));
        show_status("ignored", IN_CHILD(wait_for(sigs[i], SIG_IGN)));
        show_status("handled", IN_CHILD(wait_for(sigs[i], on_signal)));
    }
    static const int threaded[] = {SIGUSR1, SIGWINCH, SIGCONT};
    for (unsigned i = 0; i < ARRAY_SIZE(threaded); i++)
        for (int blocks = 0; blocks < 2; blocks++) {
            printf("%s in a thread, the first one %s it\n", signame(threaded[i]), blocks ? "blocks" : "lets in");
            show_status("by default", IN_CHILD(wait_in_thread(threaded[i], SIG_DFL, blocks)));
            show_status("ignored", IN_CHILD(wait_in_thread(threaded[i], SIG_IGN, blocks)));
            if (blocks) /* or either may have it */
                show_status("handled", IN_CHILD(wait_in_thread(threaded[i], on_signal, blocks)));
        }
    return t_end();
}
