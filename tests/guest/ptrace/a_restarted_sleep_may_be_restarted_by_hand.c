/* covers: restart_syscall nanosleep ptrace fork */
/* What a wait that was interrupted has left to restart stays until a handler returns, in a child of fork, too. */
#include <sys/time.h>

#include "ptrace.h"

static void by_hand(const char *where)
{
    errno = 0;
    printf("%s: %ld", where, raw(restart_syscall));
    printf(" %s\n", errname(errno));
    fflush(stdout);
}

static void on_alarm(int sig)
{
    (void) sig;
    by_hand("in a handler");
}

int main(void)
{
    struct timespec ts = {0, 500000000};
    struct itimerval soon = {.it_value.tv_usec = 20000};
    struct gate ready;
    gate_init(&ready);
    by_hand("at first");
    fflush(stdout);
    pid_t p = fork();
    MUST(p >= 0);
    if (p == 0) {
        let_trace();
        gate_open(&ready);
        long r = raw(nanosleep, &ts, NULL);
        printf("sleep: %ld\n", r);
        by_hand("after it");
        IN_CHILD(by_hand("in a child"));
        signal(SIGALRM, on_alarm);
        setitimer(ITIMER_REAL, &soon, NULL);
        r = raw(nanosleep, &ts, NULL);
        printf("interrupted: %ld %s\n", r, errname(errno));
        by_hand("after the handler");
        _exit(0);
    }
    gate_wait(&ready);
    MUST(ptrace(PTRACE_SEIZE, p, NULL, NULL) == 0);
    until_state(p, p, "S");
    MUST(ptrace(PTRACE_INTERRUPT, p, NULL, NULL) == 0);
    int status = next_status(p);
    while (WIFSTOPPED(status)) {
        ptrace(PTRACE_CONT, p, NULL, status >> 16 ? 0 : WSTOPSIG(status));
        status = next_status(p);
    }
    show_status("tracee", status);
    return t_end();
}
