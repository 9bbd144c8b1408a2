/* covers: wait4 setpgid */
#include "threads.h"
#include "child.h"

static pid_t start(pid_t group, int code)
{
    struct gate ready;
    gate_init(&ready);
    pid_t pid = fork();
    if (pid == 0) {
        setpgid(0, group);
        gate_open(&ready);
        _exit(code);
    }
    gate_wait(&ready);
    return pid;
}

static void *waits(void *arg)
{
    int st = 0;
    pid_t pid = *(pid_t *) arg;
    show("only this thread's children", waitpid(pid, &st, 0x20000000 /* __WNOTHREAD */));
    CHECK(waitpid(pid, &st, 0) == pid);
    show_status("any thread's", st);
    return NULL;
}

int main(void)
{
    int st;
    pid_t a = start(0, 1), b = start(a, 2), c = start(getpgrp(), 3);
    CHECK(waitpid(0, &st, 0) == c);
    show_status("own group", st);
    show("no more", waitpid(0, &st, 0));
    pid_t r1 = waitpid(-a, &st, 0), r2 = waitpid(-a, &st, 0);
    CHECK((r1 == a && r2 == b) || (r1 == b && r2 == a));
    show("no more", waitpid(-a, &st, 0));
    show("INT_MIN", waitpid(INT_MIN, &st, 0));
    show("unknown option", waitpid(-1, &st, 0x100));
    a = start(0, 9);
    thread_join(thread_start(waits, &a));
    show("none", waitpid(-1, &st, WNOHANG));
    show("to nowhere", raw(wait4, start(0, 1), BAD_PTR, 0, NULL));
    return t_end();
}
