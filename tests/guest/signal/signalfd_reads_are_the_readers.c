/* covers: signalfd4 read poll epoll_wait */
#include <sys/epoll.h>
#include <sys/signalfd.h>

#include "threads.h"
#include "told.h"

/* A signalfd tells of what is pending for who reads it: its thread's and its process's, not those of who made it. */
static int fd, ep;

static void look(const char *name)
{
    struct pollfd pfd = {fd, POLLIN, 0};
    struct signalfd_siginfo si[3];
    int p = poll(&pfd, 1, 0);
    ssize_t n = read(fd, si, sizeof(si));
    printf("%s: poll %d read %zd", name, p, n < 0 ? -1 : n / 128);
    for (int i = 0; i < n / 128; i++)
        printf(" %u", si[i].ssi_signo);
    printf("\n");
}

static void *thread(void *arg)
{
    (void) arg;
    look("thread, main's pending");
    raw(tgkill, getpid(), gettid(), SIGUSR2);
    look("thread, its own");
    return NULL;
}

int main(void)
{
    sigset_t set = one_signal(SIGUSR1);
    struct epoll_event ev = {.events = EPOLLIN};
    sigaddset(&set, SIGUSR2);
    sigaddset(&set, 40);
    sigprocmask(SIG_BLOCK, &set, NULL);
    MUST((fd = signalfd(-1, &set, SFD_NONBLOCK)) >= 0 && (ep = epoll_create1(0)) >= 0);
    MUST(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev) == 0);
    raw(tgkill, getpid(), gettid(), SIGUSR1);
    thread_join(thread_start(thread, NULL));
    look("main, its own");
    kill(getpid(), SIGUSR1);
    IN_CHILD(look("child, parent's pending"); raise(SIGUSR2); look("child, its own"));
    show("epoll", epoll_wait(ep, &ev, 1, 0));
    look("main");
    show("epoll", epoll_wait(ep, &ev, 1, 0));
    for (int i = 0; i < 5; i++)
        sigqueue(getpid(), 40, (union sigval){.sival_int = i});
    kill(getpid(), SIGUSR2);
    look("three at a time");
    look("the rest");
    look("none");
    return t_end();
}
