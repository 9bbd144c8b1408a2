/* covers: ppoll pselect6 epoll_pwait epoll_pwait2 */
#include <sys/epoll.h>

#include "child.h"

/* Signals come all the time, and each call blocks them: they are handled before it or after it, and never end it. The calls are in the text as compilers put
 * them there. */
static _Atomic uint32_t *handled;
static const uint64_t during = 1ul << (SIGUSR1 - 1);

static void handler(int sig)
{
    (void) sig;
    ++*handled;
}

#define CALL(name, nr)                                                                                                 \
    static long name(long a, const void *b, long c, const void *d, const void *e, const void *f)                       \
    {                                                                                                                  \
        long ret;                                                                                                      \
        register const void *r10 __asm__("r10") = d, *r8 __asm__("r8") = e, *r9 __asm__("r9") = f;                     \
        __asm__ volatile("mov $" #nr ", %%eax\n\tsyscall"                                                              \
                         : "=a"(ret)                                                                                   \
                         : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)                                          \
                         : "rcx", "r11", "memory");                                                                    \
        return ret;                                                                                                    \
    }
CALL(pselect6_, 270)
CALL(ppoll_, 271)
CALL(epoll_pwait_, 281)
CALL(epoll_pwait2_, 441)

int main(void)
{
    const struct timespec zero = {0, 0};
    const struct {
        const void *set;
        size_t size;
    } six = {&during, 8};
    const int ep = epoll_create1(0);
    const int64_t end = now_ns(CLOCK_MONOTONIC) + how_often(1, 10) * 700000000ll;
    struct epoll_event ev;
    int ended[4] = {0};
    handled = shared_mem(T_PAGE);
    signal(SIGUSR1, handler);
    const pid_t self = getpid(), pid = fork();
    MUST(pid >= 0);
    for (uint32_t seen = 0; pid == 0; seen = *handled) {
        if (kill(self, SIGUSR1))
            _exit(0);
        for (int i = 0; i < 1000 && *handled == seen; i++)
            __asm__ volatile("pause");
    }
    for (int i = 0; i % 64 || now_ns(CLOCK_MONOTONIC) < end; i++) {
        ended[0] += pselect6_(0, NULL, 0, NULL, &zero, &six) != 0;
        ended[1] += ppoll_(0, NULL, (long) &zero, &during, (void *) 8, NULL) != 0;
        ended[2] += epoll_pwait_(ep, &ev, 1, NULL, &during, (void *) 8) != 0;
        ended[3] += epoll_pwait2_(ep, &ev, 1, &zero, &during, (void *) 8) != 0;
    }
    while (!*handled)
        sched_yield();
    kill(pid, SIGKILL);
    show_wait("sender", pid);
    printf("pselect6 %d, ppoll %d, epoll_pwait %d, epoll_pwait2 %d\n", ended[0], ended[1], ended[2], ended[3]);
    return t_end();
}
