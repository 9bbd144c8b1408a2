/* covers: epoll_pwait kill */
#include <sys/epoll.h>

#include "told.h"

/* A signal that comes just before the call, or just after, ends it: never neither. */
#define ROUNDS 500
static volatile sig_atomic_t hits;

static void handler(int sig)
{
    (void) sig;
    hits++;
}

int main(void)
{
    sigset_t none;
    struct epoll_event ev;
    int ep = epoll_create1(0);
    sigemptyset(&none);
    signal(SIGUSR1, handler);
    told_block(SIGUSR1);
    int *turn = shared_mem(T_PAGE);
    pid_t me = getpid(), pid = fork();
    if (pid == 0) {
        for (int i = 0; i < ROUNDS; i++) {
            while (__atomic_load_n(turn, __ATOMIC_SEQ_CST) != i + 1)
                sched_yield();
            kill(me, SIGUSR1);
        }
        _exit(0);
    }
    for (int i = 0; i < ROUNDS; i++) {
        __atomic_store_n(turn, i + 1, __ATOMIC_SEQ_CST);
        long r = epoll_pwait(ep, &ev, 1, -1, &none);
        CHECK(r == -1 && errno == EINTR && hits == i + 1);
    }
    show_wait("child", pid);
    printf("hits %d\n", (int) hits);
    return t_end();
}
