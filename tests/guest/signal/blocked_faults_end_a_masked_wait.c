/* covers: ppoll pselect6 epoll_pwait rt_sigtimedwait kill */
/* translated: no (under the translator it takes minutes) */
/* A SIGSEGV or SIGBUS that was sent while it was blocked ends a wait whose own mask lets it in, unless something is ready; and it is not lost
 * when it comes just before. */
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>

#include "child.h"

static volatile sig_atomic_t calls;

static void handler(int sig)
{
    (void) sig;
    calls++;
}

static void tell(const char *what, long ret)
{
    show(what, ret);
    printf("  handled: %d\n", (int) calls);
    calls = 0;
}

int main(void)
{
    static const int sigs[] = {SIGSEGV, SIGBUS};
    const struct timespec second = {5, 0};
    struct epoll_event ev = {.events = EPOLLIN};
    sigset_t one, none;
    int fd[2], ep = epoll_create1(0);

    sigemptyset(&none);
    MUST(pipe(fd) == 0 && epoll_ctl(ep, EPOLL_CTL_ADD, fd[0], &ev) == 0);
    for (unsigned i = 0; i < ARRAY_SIZE(sigs); i++) {
        struct pollfd p = {fd[0], POLLIN, 0};
        fd_set set;

        signal(sigs[i], handler);
        sigemptyset(&one);
        sigaddset(&one, sigs[i]);
        sigprocmask(SIG_BLOCK, &one, NULL);

        kill(getpid(), sigs[i]);
        tell("ppoll", ppoll(&p, 1, &second, &none));
        FD_ZERO(&set);
        FD_SET(fd[0], &set);
        kill(getpid(), sigs[i]);
        tell("pselect", pselect(fd[0] + 1, &set, NULL, NULL, &second, &none));
        kill(getpid(), sigs[i]);
        tell("epoll_pwait", epoll_pwait(ep, &ev, 1, 5000, &none));

        MUST(write(fd[1], "x", 1) == 1);
        kill(getpid(), sigs[i]);
        tell("ppoll, ready", ppoll(&p, 1, &second, &none));
        tell("epoll_pwait, ready", epoll_pwait(ep, &ev, 1, 5000, &none));
        show("sigtimedwait", sigtimedwait(&one, NULL, &second));
        MUST(read(fd[0], &(char){0}, 1) == 1);

        /* Another process sends it at about the time that the wait begins. */
        volatile int *turn = shared_mem(T_PAGE);
        pid_t parent = getpid(), pid = fork();
        if (pid == 0)
            for (int k = 1;; k++) {
                while (*turn != k && *turn >= 0)
                    sched_yield();
                if (*turn < 0)
                    _exit(0);
                kill(parent, sigs[i]);
            }
        int lost = 0;
        for (int k = 1; k <= how_often(300, 20000) && lost < 3; k++) {
            *turn = k;
            if (k % 2)
                lost += ppoll(NULL, 0, &second, &none) == 0;
            else
                lost += sigtimedwait(&one, NULL, &second) != sigs[i];
        }
        *turn = -1;
        show_wait("sender", pid);
        printf("lost: %d\n", lost);
        calls = 0;
    }
    return t_end();
}
