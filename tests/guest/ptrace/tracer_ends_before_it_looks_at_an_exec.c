/* covers: ptrace execve */
#include "ptrace.h"
#include "threads.h"

static const char *program;
static struct gate go;
static int names[2], runs[2], end[2];

static void *executes(void *arg)
{
    const pid_t tid = gettid();
    char to[16], from[16];
    MUST(write(names[1], &tid, sizeof tid) == sizeof tid);
    gate_wait(&go);
    snprintf(to, sizeof to, "%d", runs[1]);
    snprintf(from, sizeof from, "%d", end[0]);
    close(end[1]);
    execl(program, program, to, from, NULL);
    return arg;
}

/* The second image: says that it runs, and goes on until the other side is closed. */
static int after(int to, int from)
{
    char c = 'r';
    MUST(write(to, &c, 1) == 1);
    return (int) read(from, &c, 1);
}

/* Traces two threads, one of which executes another image, and waits for neither. */
static void trace(void)
{
    char c;
    pid_t other = TRACED(), tid, p = fork();
    MUST(p >= 0);
    if (p == 0) {
        thread_start(executes, NULL);
        for (;;)
            pause();
    }
    MUST(read(names[0], &tid, sizeof tid) == sizeof tid);
    MUST(ptrace(PTRACE_SEIZE, tid, NULL, NULL) == 0);
    MUST(ptrace(PTRACE_SEIZE, p, NULL, NULL) == 0);
    go_on(PTRACE_CONT, other, 0, "a third one");
    gate_open(&go);
    while (read(runs[0], &c, 1) < 0)
        MUST(errno == EINTR);
    fflush(stdout);
    _exit(5);
}

int main(int argc, char **argv)
{
    if (argc == 3)
        return after(atoi(argv[1]), atoi(argv[2]));
    program = argv[0];
    gate_init(&go);
    MUST(pipe(names) == 0 && pipe(runs) == 0 && pipe(end) == 0);
    show_stop("the tracer", IN_CHILD(trace()));
    return t_end();
}
