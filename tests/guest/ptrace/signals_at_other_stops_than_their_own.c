/* covers: ptrace */
/* A signal with which a tracee goes on from the stop of a call is sent to it, by the kernel; at an event it comes to nothing. */
#include "ptrace.h"

static volatile int got;

static void on(int sig, siginfo_t *si, void *uc)
{
    (void) uc;
    got += sig;
    printf("handler: signal %d, code %d, pid %s, uid %s\n", sig, si->si_code, si->si_pid ? "of somebody" : "0",
           si->si_uid ? "of somebody" : "0");
    fflush(stdout);
}

static void handle(int sig)
{
    const struct sigaction sa = {.sa_sigaction = on, .sa_flags = SA_SIGINFO};
    MUST(sigaction(sig, &sa, NULL) == 0);
}

static void show_sender(pid_t pid)
{
    siginfo_t si;
    memset(&si, 0, sizeof si);
    show("siginfo", ptrace(PTRACE_GETSIGINFO, pid, NULL, &si));
    printf("signal %d, code %d, pid %s\n", si.si_signo, si.si_code, si.si_pid ? "of somebody" : "0");
}

/* `sig` at both stops of a call, and as it stops the tracee itself, once more. */
static void at_a_call(int sig, const char *what)
{
    puts(what);
    pid_t p = TRACED(handle(SIGUSR1); handle(SIGSEGV); getppid(); _exit(got));
    show("options", ptrace(PTRACE_SETOPTIONS, p, NULL, (void *) (PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL)));
    int status;
    do {
        MUST(ptrace(PTRACE_SYSCALL, p, NULL, NULL) == 0);
        status = next_status(p);
        MUST(WIFSTOPPED(status));
    } while (regs_of(p).orig_rax != SYS_getppid);
    for (int i = 0; i < 2; i++) { /* the entry of the call, its exit */
        status = go_on(PTRACE_SYSCALL, p, sig, i ? "after the exit" : "after the entry");
        while (WIFSTOPPED(status) && WSTOPSIG(status) == sig) {
            show_sender(p);
            status = go_on(PTRACE_SYSCALL, p, sig, "next");
        }
    }
    while (WIFSTOPPED(status)) {
        MUST(ptrace(PTRACE_CONT, p, NULL, NULL) == 0);
        status = next_status(p);
    }
    show_stop("end", status);
}

static void show_event(int options, int sig, bool detach, void act(void))
{
    pid_t p = TRACED(handle(SIGUSR1); act(); _exit(got));
    show("options", ptrace(PTRACE_SETOPTIONS, p, NULL, (void *) (long) options));
    go_on(PTRACE_CONT, p, 0, "event");
    if (detach) {
        show("detach", ptrace(PTRACE_DETACH, p, NULL, (void *) (long) sig));
        show_stop("let go", next_status(p));
        return;
    }
    for (int status = go_on(PTRACE_CONT, p, sig, "after it"); WIFSTOPPED(status);)
        status = go_on(PTRACE_CONT, p, WSTOPSIG(status), "and then");
}

static void bear(void)
{
    pid_t p = vfork();
    if (p == 0)
        _exit(0);
    reap(p);
}

static void end(void)
{
    _exit(4);
}

static void execute(void)
{
    execl("/bin/true", "true", NULL);
}

int main(void)
{
    at_a_call(SIGUSR1, "a signal with a handler");
    at_a_call(SIGSEGV, "that of a fault");
    at_a_call(SIGWINCH, "one that is ignored");
    at_a_call(SIGSTOP, "one that stops");
    for (int detach = 0; detach < 2; detach++) {
        puts("vfork");
        show_event(PTRACE_O_TRACEVFORKDONE, SIGUSR1, detach, bear);
        show_event(PTRACE_O_TRACEVFORKDONE, SIGTRAP, detach, bear);
        puts("exec");
        show_event(PTRACE_O_TRACEEXEC, SIGTERM, detach, execute);
        puts("exit");
        show_event(PTRACE_O_TRACEEXIT, SIGTERM, detach, end);
    }
    return t_end();
}
