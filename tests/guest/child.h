/* Children of a guest program: run a function in one, meet it at a point, read what it saw. */
#ifndef CHILD_H
#define CHILD_H

#include <poll.h>
#include <sched.h>

#include "t.h"

/* Wait for one child whatever interrupts; its status word, or -1. */
T_UNUSED static int reap(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return status;
}

/* The status word of a child that does this and exits with 0 unless it exits by itself. */
#define IN_CHILD(...)                                                                                                  \
    ({                                                                                                                 \
        pid_t in_child_ = fork();                                                                                      \
        MUST(in_child_ >= 0);                                                                                          \
        if (in_child_ == 0) {                                                                                          \
            __VA_ARGS__;                                                                                               \
            _exit(0);                                                                                                  \
        }                                                                                                              \
        reap(in_child_);                                                                                               \
    })

/* A one-way gate between processes: gate_wait() returns when another process opened it (or died holding it). */
struct gate {
    int fd[2];
};

T_UNUSED static void gate_init(struct gate *g)
{
    MUST(pipe2(g->fd, O_CLOEXEC) == 0);
}

T_UNUSED static void gate_open(struct gate *g)
{
    MUST(write(g->fd[1], "g", 1) == 1);
}

T_UNUSED static void gate_wait(struct gate *g)
{
    char c;
    ssize_t r;
    do
        r = read(g->fd[0], &c, 1);
    while (r < 0 && errno == EINTR);
    MUST(r == 1);
}

/* Zero-filled memory that parent and children share. */
T_UNUSED static void *shared_mem(size_t size)
{
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    MUST(p != MAP_FAILED);
    return p;
}

/* The letter that /proc gives for the state of a task, 0 when there is none. */
T_UNUSED static char task_state(pid_t pid, pid_t tid)
{
    char path[64], buf[1024], *p;
    snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", (int) pid, (int) tid);
    if (get_file(path, buf, sizeof(buf)) <= 0 || !(p = strrchr(buf, ')')))
        return 0;
    return p[2];
}

/* Until the task sleeps in a system call (or is stopped, or a zombie): how to know that a partner has arrived where it cannot say so itself. Several
 * times in a row, for on its way there it may sleep for a lock of its own. */
T_UNUSED static void until_state(pid_t pid, pid_t tid, const char *states)
{
    char c;
    for (int there = 0; there < 5 && (c = task_state(pid, tid)); sched_yield())
        there = strchr(states, c) ? there + 1 : 0;
}

#endif
