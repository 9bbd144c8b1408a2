/* covers: ptrace tkill kill rt_sigqueueinfo pidfd_send_signal setresuid */
/* Whom the siginfo names: who stops a tracee, and the thread that puts another signal in one's place. */
#include <pthread.h>

#include "ptrace.h"

static const char *whose(pid_t pid, pid_t tracee, pid_t thread)
{
    return !pid              ? "0"
           : pid == tracee   ? "its own"
           : pid == thread   ? "the tracing thread's"
           : pid == getpid() ? "the tracer's"
                             : "another's";
}

static void show_sender(const char *what, pid_t pid)
{
    siginfo_t si;
    memset(&si, 0, sizeof si);
    MUST(ptrace(PTRACE_GETSIGINFO, pid, NULL, &si) == 0);
    printf("%s: signal %d, code %d, pid %s, uid %s, value %d\n", what, si.si_signo, si.si_code,
           whose(si.si_pid, pid, (pid_t) raw(gettid)),
           si.si_pid ? si.si_uid == getuid() ? "the tracer's" : "another's" : "-",
           si.si_code == SI_QUEUE ? si.si_value.sival_int : 0);
}

static void show_queued(const char *what, pid_t pid)
{
    show_stop(what, next_status(pid));
    show_sender(what, pid);
    MUST(ptrace(PTRACE_CONT, pid, NULL, NULL) == 0);
}

static void stops(void)
{
    siginfo_t si = {.si_code = SI_QUEUE};
    struct gate g;
    pid_t p = waiting_child(&g);
    show("attach", ptrace(PTRACE_ATTACH, p, NULL, NULL));
    show_queued("attached", p);
    MUST(kill(p, SIGSTOP) == 0);
    show_queued("kill", p);
    MUST(raw(tkill, p, SIGSTOP) == 0);
    show_queued("tkill", p);
    si.si_value.sival_int = 42;
    si.si_pid = 77;
    si.si_uid = 78;
    MUST(raw(rt_sigqueueinfo, p, SIGSTOP, &si) == 0);
    show_queued("queued", p);
    int fd = (int) raw(pidfd_open, p, 0);
    MUST(fd >= 0 && raw(pidfd_send_signal, fd, SIGSTOP, NULL, 0) == 0);
    show_queued("by pidfd", p);
    gate_open(&g);
    show_stop("end", next_status(p));

    p = TRACED(pid_t c = fork(); if (c == 0) _exit(0); reap(c); raise(SIGSTOP));
    MUST(ptrace(PTRACE_SETOPTIONS, p, NULL, (void *) PTRACE_O_TRACEFORK) == 0);
    go_on(PTRACE_CONT, p, 0, "fork");
    pid_t c = (pid_t) message_of(p);
    show_queued("born", c);
    show_stop("its end", next_status(c));
    while (go_on(PTRACE_CONT, p, 0, "parent") >> 8 != SIGSTOP)
        ;
    show_sender("raised", p);
    go_on(PTRACE_CONT, p, 0, "end");
}

static int report[2];

static void on(int sig, siginfo_t *si, void *uc)
{
    (void) sig;
    (void) uc;
    MUST(write(report[1], si, sizeof *si) == sizeof *si);
}

static void *replace(void *arg)
{
    struct sigaction sa = {.sa_sigaction = on, .sa_flags = SA_SIGINFO};
    siginfo_t si;
    pid_t p = TRACED(sigaction(SIGUSR2, &sa, NULL); raise(SIGUSR1));
    go_on(PTRACE_CONT, p, 0, "first");
    go_on(PTRACE_CONT, p, SIGUSR2, "end");
    MUST(read(report[0], &si, sizeof si) == sizeof si);
    printf("replaced: signal %d, code %d, pid %s, uid %s\n", si.si_signo, si.si_code,
           whose(si.si_pid, p, (pid_t) raw(gettid)), si.si_uid == getuid() ? "the tracer's" : "another's");
    return arg;
}

int main(void)
{
    pthread_t th;
    stops();
    MUST(pipe(report) == 0);
    if (geteuid() == 0)
        MUST(raw(setresuid, 1, -1, -1) == 0); /* so that it is not 0 */
    MUST(pthread_create(&th, NULL, replace, NULL) == 0 && pthread_join(th, NULL) == 0);
    return t_end();
}
