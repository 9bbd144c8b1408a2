/* covers: ptrace execve */
#include "ptrace.h"
#include <pthread.h>

/* The second image, whose only thread has another number than the one that attached. */
static int after(pid_t p)
{
    show("may ask", ptrace(PTRACE_SETOPTIONS, p, NULL, (void *) PTRACE_O_TRACEFORK));
    int status = go_on(PTRACE_CONT, p, 0, "its child");
    pid_t child = status >> 16 ? (pid_t) message_of(p) : -1;
    int first = next_status(child);
    show_stop("the child", first);
    go_on(PTRACE_CONT, child, 0, "the child's end");
    int end = go_on(PTRACE_CONT, p, 0, "told of the child");
    if (WIFSTOPPED(end))
        go_on(PTRACE_CONT, p, 0, "its end");
    return 0;
}

static void *thread(void *arg)
{
    char text[16];
    pid_t p = TRACED(if (fork() == 0) _exit(3); wait(NULL));
    snprintf(text, sizeof text, "%d", (int) p);
    execl("/proc/self/exe", arg, text, NULL);
    MUST(false);
    return NULL;
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc == 2)
        return after(atoi(argv[1]));
    pthread_t th;
    MUST(pthread_create(&th, NULL, thread, argv[0]) == 0);
    pthread_join(th, NULL);
}
