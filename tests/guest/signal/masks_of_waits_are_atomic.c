/* covers: ppoll pselect6 epoll_pwait epoll_pwait2 rt_sigsuspend kill */
/* translated: no (it does not end under the translator outside, so there is nothing to compare with) */
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>

#include "told.h"

/* A signal that comes just before the call, or just after, ends it: never neither. */
enum { ROUNDS = 500 };
static volatile sig_atomic_t hits;
static sigset_t none;
static int ep;

static void handler(int sig)
{
    (void) sig;
    hits++;
}

static long by_ppoll(void)
{
    return ppoll(NULL, 0, NULL, &none);
}

static long by_pselect(void)
{
    return pselect(0, NULL, NULL, NULL, NULL, &none);
}

static long by_epoll_pwait(void)
{
    struct epoll_event ev;
    return epoll_pwait(ep, &ev, 1, -1, &none);
}

static long by_epoll_pwait2(void)
{
    struct epoll_event ev;
    return raw(epoll_pwait2, ep, &ev, 1, NULL, &none, 8);
}

static long by_sigsuspend(void)
{
    return sigsuspend(&none);
}

static const struct {
    const char *name;
    long (*call)(void);
} calls[] = {
    {"ppoll", by_ppoll},
    {"pselect", by_pselect},
    {"epoll_pwait", by_epoll_pwait},
    {"epoll_pwait2", by_epoll_pwait2},
    {"sigsuspend", by_sigsuspend},
};

static void storm(int *turn, pid_t to)
{
    for (int i = 0; i < ROUNDS; i++) {
        while (__atomic_load_n(turn, __ATOMIC_SEQ_CST) != i + 1)
            sched_yield();
        kill(to, SIGUSR1);
    }
    _exit(0);
}

int main(void)
{
    int *turn = shared_mem(T_PAGE);
    pid_t me = getpid();
    MUST((ep = epoll_create1(0)) >= 0);
    sigemptyset(&none);
    signal(SIGUSR1, handler);
    told_block(SIGUSR1);
    for (unsigned k = 0; k < ARRAY_SIZE(calls); k++) {
        *turn = hits = 0;
        pid_t pid = fork();
        MUST(pid >= 0);
        if (pid == 0)
            storm(turn, me);
        for (int i = 0; i < ROUNDS; i++) {
            __atomic_store_n(turn, i + 1, __ATOMIC_SEQ_CST);
            long r = calls[k].call();
            CHECK(r == -1 && errno == EINTR && hits == i + 1);
        }
        show_wait(calls[k].name, pid);
        printf("hits %d\n", (int) hits);
    }
    return t_end();
}
