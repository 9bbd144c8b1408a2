/* covers: ptrace execve */
#include "ptrace.h"
#include "threads.h"

static bool by_other, first_ends;
static struct gate both_run;

static void exec_now(void)
{
    gate_wait(&both_run);
    execl("/nowhere", "nowhere", NULL);
    execl("/bin/true", "true", NULL);
}

static void *other(void *arg)
{
    while (!by_other)
        pause();
    exec_now();
    return arg;
}

static void run(void)
{
    thread_start(other, NULL);
    if (by_other && first_ends)
        raw(exit, 0);
    while (by_other)
        pause();
    exec_now();
}

/* What each of the two says until both are gone; the other one stays in its first stop where `stays` says so. */
static void follow(int options, bool stays)
{
    printf("exec of %s, options %x, %s%s\n", by_other ? "another" : "the first", (unsigned) options,
           first_ends ? "whose first has ended" : "all run", stays ? " but one that has stopped" : "");
    gate_init(&both_run);
    pid_t p = TRACED(run());
    MUST(ptrace(PTRACE_SETOPTIONS, p, NULL, (void *) (long) (PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | options)) == 0);
    go_on(PTRACE_CONT, p, 0, "clone");
    pid_t c = (pid_t) message_of(p), who;
    show_stop("thread", next_status(c));
    MUST(ptrace(PTRACE_CONT, p, NULL, NULL) == 0);
    if (!stays)
        MUST(ptrace(PTRACE_CONT, c, NULL, NULL) == 0);
    gate_open(&both_run);
    int status;
    while ((who = waitpid(-1, &status, __WALL)) > 0) {
        show_stop(who == p ? "first" : "other", status);
        if (WIFSTOPPED(status) && status >> 16 == PTRACE_EVENT_EXEC)
            printf("it was the %s\n", message_of(who) == (unsigned long) c ? "other" : "first");
        if (WIFSTOPPED(status))
            MUST(ptrace(PTRACE_CONT, who, NULL, NULL) == 0);
    }
}

int main(void)
{
    for (int i = 0; i < 4; i++) {
        by_other = i & 1;
        follow(i & 2 ? PTRACE_O_TRACEEXIT : 0, false);
    }
    by_other = false;
    follow(PTRACE_O_TRACEEXIT, true);
    by_other = first_ends = true;
    follow(0, false);
    return t_end();
}
