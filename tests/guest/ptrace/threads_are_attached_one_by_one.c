/* covers: ptrace */
#include "ptrace.h"

#include <pthread.h>

static int in, out;

static void *thread(void *arg)
{
    pid_t tid = gettid();
    char c;
    MUST(write(out, &tid, sizeof tid) == sizeof tid);
    MUST(read(in, &c, 1) == 1);
    return arg;
}

int main(void)
{
    struct gate g;
    gate_init(&g);
    int box[2];
    MUST(pipe(box) == 0);
    pid_t p = fork();
    if (p == 0) {
        pthread_t t;
        out = box[1];
        in = g.fd[0];
        pthread_create(&t, NULL, thread, NULL);
        pthread_join(t, NULL);
        for (;;)
            pause();
    }
    pid_t tid;
    MUST(read(box[0], &tid, sizeof tid) == sizeof tid);
    show("attach the thread", ptrace(PTRACE_ATTACH, tid, NULL, NULL));
    show_stop("thread", next_status(tid));
    show("attach the leader", ptrace(PTRACE_ATTACH, p, NULL, NULL));
    show_stop("leader", next_status(p));
    show("detach the leader", ptrace(PTRACE_DETACH, p, NULL, NULL));
    gate_open(&g);
    go_on(PTRACE_CONT, tid, 0, "thread ends");
    kill(p, SIGKILL);
    show_stop("end", next_status(p));
}
