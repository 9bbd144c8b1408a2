/* covers: epoll_wait epoll_pwait epoll_pwait2 rt_sigtimedwait futex semtimedop recvmmsg recvfrom accept read poll ppoll select pselect6 nanosleep */
/* A wait of 0.1 s ends in time while another thread does nothing but what may disturb it. */
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ipc.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "threads.h"

/* The timeouts of sockets count ticks, which may come late and then several at once: natively such a wait may end some of them early. */
enum { MS = 100, TICKS = 40, LONG = 8 };
static const struct timespec wait_for = {0, MS * 1000000l};
static int ep, sem, ends[2], listener;
static _Atomic uint32_t stop, starts;

static void handler(int sig)
{
    (void) sig;
}

static bool goes_on(void)
{
    atomic_store(&starts, 1);
    futex(&starts, FUTEX_WAKE, 1, NULL, NULL, 0);
    return !atomic_load(&stop);
}

static void *forks(void *arg)
{
    for (int64_t end = now_ns(CLOCK_MONOTONIC) + LONG * 1000000000ll; goes_on() && now_ns(CLOCK_MONOTONIC) < end;) {
        pid_t p = (pid_t) raw(
            fork); /* not the library's, which blocks signals: the child's end would go to the other thread */
        MUST(p >= 0);
        if (p == 0)
            _exit(0);
        waitpid(p, NULL, 0);
    }
    return arg;
}

static void *handles(void *arg)
{
    static const int mild[] = {SIGURG, SIGWINCH, SIGCONT};
    for (int64_t end = now_ns(CLOCK_MONOTONIC) + LONG * 1000000000ll; goes_on() && now_ns(CLOCK_MONOTONIC) < end;) {
        for (unsigned i = 0; i < ARRAY_SIZE(mild); i++) {
            signal(mild[i], handler);
            signal(mild[i], SIG_DFL);
        }
    }
    return arg;
}

static void *ignored(void *arg)
{
    for (int64_t end = now_ns(CLOCK_MONOTONIC) + LONG * 1000000000ll; goes_on() && now_ns(CLOCK_MONOTONIC) < end;)
        raw(tgkill, getpid(), getpid(), SIGBUS);
    return arg;
}

static void *maps(void *arg)
{
    for (int64_t end = now_ns(CLOCK_MONOTONIC) + LONG * 1000000000ll; goes_on() && now_ns(CLOCK_MONOTONIC) < end;) {
        char *p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        MUST(p != MAP_FAILED);
        *p = 1;
        mprotect(p, 4096, PROT_READ);
        munmap(p, 1 << 20);
    }
    return arg;
}

static const char *const calls[] = {
    "epoll_wait", "epoll_pwait", "epoll_pwait2", "rt_sigtimedwait", "futex",  "semtimedop", "recvmmsg",  "recv",
    "read",       "accept",      "poll",         "ppoll",           "select", "pselect",    "nanosleep",
};

static bool counts_ticks(int what)
{
    return what >= 6 && what <= 9;
}

static long call(int what)
{
    static uint32_t word;
    struct epoll_event ev;
    sigset_t none, usr1;
    struct timespec ts = wait_for;
    struct timeval tv = {0, MS * 1000};
    struct pollfd p = {ends[0], POLLIN, 0};
    struct sembuf down = {0, -1, 0};
    char byte;
    struct iovec iov = {&byte, 1};
    struct mmsghdr m = {{.msg_iov = &iov, .msg_iovlen = 1}, 0};
    fd_set set;
    sigemptyset(&none);
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    FD_ZERO(&set);
    FD_SET(ends[0], &set);
    switch (what) {
    case 0:
        return epoll_wait(ep, &ev, 1, MS);
    case 1:
        return epoll_pwait(ep, &ev, 1, MS, &none);
    case 2:
        return raw(epoll_pwait2, ep, &ev, 1, &ts, NULL, 8);
    case 3:
        return raw(rt_sigtimedwait, &usr1, NULL, &ts, 8);
    case 4:
        return futex(&word, FUTEX_WAIT, 0, &ts, NULL, 0);
    case 5:
        return raw(semtimedop, sem, &down, 1, &ts);
    case 6:
        return recvmmsg(ends[0], &m, 1, 0, NULL);
    case 7:
        return recv(ends[0], &byte, 1, 0);
    case 8:
        return read(ends[0], &byte, 1);
    case 9:
        return accept(listener, NULL, NULL);
    case 10:
        return poll(&p, 1, MS);
    case 11:
        return ppoll(&p, 1, &ts, &none);
    case 12:
        return select(ends[0] + 1, &set, NULL, NULL, &tv);
    case 13:
        return pselect(ends[0] + 1, &set, NULL, NULL, &ts, &none);
    case 14:
        return nanosleep(&ts, NULL);
    }
    return 0;
}

static void beside(const char *name, void *(*noise)(void *) )
{
    for (unsigned i = 0; i < ARRAY_SIZE(calls); i++) {
        atomic_store(&stop, 0);
        atomic_store(&starts, 0);
        pthread_t th = thread_start(noise, NULL);
        word_wait(&starts, 1);
        int64_t from = now_ns(CLOCK_MONOTONIC);
        long r = call((int) i);
        int e = errno;
        int64_t took = (now_ns(CLOCK_MONOTONIC) - from) / 1000000;
        atomic_store(&stop, 1);
        thread_join(th);
        printf("%s, beside %s: %ld %s, %s\n", calls[i], name, r, r < 0 ? errname(e) : "",
               took < MS - (counts_ticks((int) i) ? TICKS : 0) ? "too early"
               : took < 5000                                   ? "in time"
                                                               : "too late");
    }
}

int main(void)
{
    const struct timeval tv = {0, MS * 1000};
    const struct sockaddr_un a = {.sun_family = AF_UNIX};
    sigset_t usr1;
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    sigprocmask(SIG_BLOCK, &usr1, NULL);
    MUST((ep = epoll_create1(0)) >= 0 && (sem = semget(IPC_PRIVATE, 1, 0600)) >= 0);
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    MUST((listener = socket(AF_UNIX, SOCK_STREAM, 0)) >= 0 && bind(listener, (void *) &a, 2) == 0 &&
         listen(listener, 1) == 0);
    MUST(setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv) == 0);
    MUST(setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv) == 0);
    beside("forks", forks);
    beside("handlers that come and go", handles);
    beside("maps", maps);
    signal(SIGBUS, SIG_IGN);
    beside("ignored signals", ignored);
    semctl(sem, 0, IPC_RMID);
    return t_end();
}
