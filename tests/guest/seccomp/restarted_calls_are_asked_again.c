/* covers: seccomp restart_syscall rt_sigreturn nanosleep */
#include <pthread.h>

#include "../filter.h"

static void on_signal(int sig)
{
    (void) sig;
}

static long sleep_us(long us)
{
    struct timespec ts = {0, us * 1000};
    return syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &ts, NULL);
}

/* A sleeping child that is stopped and continued goes on by restart_syscall. */
static void stopped(const char *name, uint32_t action)
{
    struct gate g;
    int status;
    gate_init(&g);
    pid_t pid = fork();
    if (pid == 0) {
        MUST(filter_one(0, SYS_restart_syscall, action) == 0);
        gate_open(&g);
        long r = sleep_us(300000);
        printf("%s: %s\n", name, r ? errname(errno) : "slept");
        _exit(0);
    }
    gate_wait(&g);
    usleep(100000);
    kill(pid, SIGSTOP);
    MUST(waitpid(pid, &status, WUNTRACED) == pid);
    kill(pid, SIGCONT);
    show_wait(name, pid);
}

/* A read that a handler interrupts is made, and asked for, again: the filter says another thing by then. */
static int pipe_fd[2];

static void forbid_read(int sig)
{
    (void) sig;
    MUST(filter_one(0, SYS_read, ERRNO(EXFULL)) == 0);
}

static void again(void)
{
    struct sigaction sa = {.sa_handler = forbid_read, .sa_flags = SA_RESTART};
    char c;
    MUST(pipe(pipe_fd) == 0);
    sigaction(SIGALRM, &sa, NULL);
    ualarm(50000, 0);
    show("read", raw(read, pipe_fd[0], &c, 1));
}

int main(void)
{
    no_new_privs();
    stopped("allowed", SECCOMP_RET_ALLOW);
    SHOW_CHILD("restarted", again());
    SHOW_CHILD("sigreturn refused", {
        signal(SIGUSR1, on_signal);
        MUST(filter_one(0, SYS_rt_sigreturn, SECCOMP_RET_KILL_PROCESS) == 0);
        raise(SIGUSR1);
        puts("returned");
    });
    return t_end();
}
