/* covers: fork vfork */
/* asan: no (a fork beside threads that allocate may leave the child the sanitizer's allocator locked) */
/* The child of a fork makes children in its own memory, whatever another thread was at in its parent. */
#include "child.h"
#include "threads.h"

enum { FORKS = 300, MAKERS = 24, TOKENS = 2 };
static _Atomic int done;
static struct gate turn;

/* The oldest child is the next to end, so that there are always many. */
static void *keeps_making(void *arg)
{
    while (!atomic_load(&done)) {
        pid_t pid = vfork();
        if (pid == 0) {
            gate_wait(&turn);
            _exit(3);
        }
        gate_open(&turn);
        CHECK(reap(pid) == 3 << 8);
    }
    return arg;
}

static pid_t vforked(int code)
{
    pid_t pid = vfork();
    if (pid == 0)
        _exit(code);
    return pid;
}

int main(void)
{
    pthread_t th[MAKERS];
    int stuck = 0;
    gate_init(&turn);
    for (int i = 0; i < TOKENS; i++)
        gate_open(&turn);
    for (int i = 0; i < MAKERS; i++)
        th[i] = thread_start(keeps_making, NULL);
    int64_t from = now_ns(CLOCK_MONOTONIC);
    for (int i = 0; i < FORKS && !stuck && now_ns(CLOCK_MONOTONIC) - from < 1500000000; i++) {
        pid_t pid = fork();
        MUST(pid >= 0);
        if (pid == 0)
            _exit(reap(vforked(5)) == 5 << 8 ? 7 : 1);
        struct pollfd end = {.fd = (int) raw(pidfd_open, pid, 0), .events = POLLIN};
        MUST(end.fd >= 0);
        if (poll(&end, 1, 1000) == 0) { /* no signal of its own would end it then */
            stuck++;
            kill(pid, SIGKILL);
        }
        close(end.fd);
        int status = reap(pid);
        if (status != 7 << 8)
            show_status("child", status);
    }
    printf("%d of the children got stuck\n", stuck);
    atomic_store(&done, 1);
    for (int i = 0; i < MAKERS; i++)
        thread_join(th[i]);
    return t_end();
}
