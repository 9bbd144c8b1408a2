/* covers: ptrace execve */
#include "ptrace.h"
#include <pthread.h>

/* The second image: what it has inherited. */
static int after(pid_t of_other, pid_t seized, pid_t reported)
{
    MUST(kill(of_other, SIGTERM) == 0);
    show_stop("another thread's", next_status(of_other));
    show_stop("not reported yet", next_status(seized));
    int status;
    show("reported before", waitpid(reported, &status, __WALL | WNOHANG));
    printf("in the call %d\n", (int) regs_of(reported).orig_rax);
    go_on(PTRACE_SYSCALL, reported, 0, "its call ends");
    go_on(PTRACE_CONT, reported, 0, "its end");
    MUST(kill(seized, SIGTERM) == 0);
    go_on(PTRACE_CONT, seized, 0, "a signal");
    go_on(PTRACE_CONT, seized, SIGTERM, "killed by it");
    show("nobody is left", waitpid(-1, &status, __WALL));
    return 0;
}

struct other {
    struct gate ready;
    pid_t of_other;
};

/* Traces one itself, which the exec lets go. */
static void *other_thread(void *arg)
{
    struct other *o = arg;
    o->of_other = pauses();
    MUST(ptrace(PTRACE_SEIZE, o->of_other, NULL, NULL) == 0);
    gate_open(&o->ready);
    for (;;)
        pause();
}

static void exec_self(char **argv, pid_t a, pid_t b, pid_t c)
{
    char text[3][16];
    pid_t p[3] = {a, b, c};
    for (int i = 0; i < 3; i++)
        snprintf(text[i], sizeof text[i], "%d", (int) p[i]);
    execl("/proc/self/exe", argv[0], text[0], text[1], text[2], NULL);
    MUST(false);
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc == 4)
        return after(atoi(argv[1]), atoi(argv[2]), atoi(argv[3]));
    struct other o;
    gate_init(&o.ready);
    pthread_t th;
    MUST(pthread_create(&th, NULL, other_thread, &o) == 0);
    gate_wait(&o.ready);
    pid_t reported = TRACED(raw(getppid));
    for (int call = 0; call < 60 && regs_of(reported).orig_rax != SYS_getppid; call++)
        if (ptrace(PTRACE_SYSCALL, reported, NULL, NULL) || next_status(reported) < 0)
            break;
    pid_t seized = pauses();
    MUST(ptrace(PTRACE_SEIZE, seized, NULL, NULL) == 0);
    MUST(ptrace(PTRACE_INTERRUPT, seized, NULL, NULL) == 0);
    until_state(seized, seized, "t");
    exec_self(argv, o.of_other, seized, reported);
}
