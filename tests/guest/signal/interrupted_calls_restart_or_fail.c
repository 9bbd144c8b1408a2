/* covers: read write wait4 nanosleep clock_nanosleep poll ppoll select pselect6 epoll_wait epoll_pwait futex accept recvfrom pause rt_sigsuspend flock restart_syscall msgrcv semop */
#include <linux/futex.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <time.h>

#include "child.h"

/* A child interrupts each call of its parent with a handled signal, and then lets it end: with SA_RESTART and without. */
static int p[2], srv, lockfd, ep, msq, sem;
static volatile int handled;
static uint32_t word;
static pid_t partner;

static void handler(int sig)
{
    (void) sig;
    handled++;
}

static long c_read(void)
{
    char c;
    return read(p[0], &c, 1);
}

static long c_wait(void)
{
    return waitpid(partner, NULL, 0) == partner ? 1 : -1;
}

static long c_nanosleep(void)
{
    struct timespec ts = {0, 600000000};
    return nanosleep(&ts, NULL);
}

static long c_clock_nanosleep(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    ts.tv_nsec += 600000000;
    if (ts.tv_nsec >= 1000000000) {
        ts.tv_nsec -= 1000000000;
        ts.tv_sec++;
    }
    return raw(clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, 0);
}

static long c_poll(void)
{
    struct pollfd pfd = {p[0], POLLIN, 0};
    return poll(&pfd, 1, 3000);
}

static long c_ppoll(void)
{
    struct pollfd pfd = {p[0], POLLIN, 0};
    struct timespec ts = {3, 0};
    return ppoll(&pfd, 1, &ts, NULL);
}

static long c_select(void)
{
    fd_set s;
    struct timeval tv = {3, 0};
    FD_ZERO(&s);
    FD_SET(p[0], &s);
    return select(p[0] + 1, &s, NULL, NULL, &tv);
}

static long c_pselect(void)
{
    fd_set s;
    FD_ZERO(&s);
    FD_SET(p[0], &s);
    return pselect(p[0] + 1, &s, NULL, NULL, NULL, NULL);
}

static long c_epoll(void)
{
    struct epoll_event ev;
    return epoll_wait(ep, &ev, 1, -1);
}

static long c_epoll_pwait(void)
{
    struct epoll_event ev;
    sigset_t none;
    sigemptyset(&none);
    return epoll_pwait(ep, &ev, 1, -1, &none);
}

static long c_futex(void)
{
    struct timespec ts = {0, 600000000};
    return raw(futex, &word, FUTEX_WAIT, 0, &ts, 0, 0);
}

static long c_futex_forever(void)
{
    return raw(futex, &word, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 0, 0, 0, 0);
}

static long c_accept(void)
{
    int fd = accept(srv, NULL, NULL);
    return fd < 0 ? -1 : close(fd);
}

static long c_recv_timeout(void)
{
    char c;
    int s[2];
    struct timeval tv = {0, 600000};
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, s) == 0);
    setsockopt(s[0], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
    long r = recv(s[0], &c, 1, 0);
    int e = errno;
    close(s[0]);
    close(s[1]);
    errno = e;
    return r;
}

static long c_pause(void)
{
    return pause();
}

static long c_sigsuspend(void)
{
    sigset_t none;
    sigemptyset(&none);
    return sigsuspend(&none);
}

static long c_flock(void)
{
    return flock(lockfd, LOCK_EX) == 0 ? flock(lockfd, LOCK_UN) : -1;
}

static long c_msgrcv(void)
{
    struct {
        long type;
        char c;
    } m;
    return msgrcv(msq, &m, 1, 0, 0);
}

static long c_semop(void)
{
    struct sembuf op = {0, -1, 0};
    return semop(sem, &op, 1);
}

static long c_write(void)
{
    static char big[1 << 20];
    int q[2];
    MUST(pipe(q) == 0);
    MUST(fcntl(q[1], F_SETPIPE_SZ, 4096) >= 0);
    long r = write(q[1], big, sizeof(big));
    close(q[0]);
    close(q[1]);
    return r;
}

static const struct {
    const char *name;
    long (*fn)(void);
    bool lets_go; /* it ends for another reason than the signal */
} calls[] = {
    {"read", c_read, true},
    {"wait4", c_wait, true},
    {"nanosleep", c_nanosleep, true},
    {"clock_nanosleep, absolute", c_clock_nanosleep, true},
    {"poll", c_poll, true},
    {"ppoll", c_ppoll, true},
    {"select", c_select, true},
    {"pselect", c_pselect, true},
    {"epoll_wait", c_epoll, true},
    {"epoll_pwait", c_epoll_pwait, true},
    {"futex with a timeout", c_futex, true},
    {"accept", c_accept, true},
    {"recv with a timeout", c_recv_timeout, true},
    {"pause", c_pause, true},
    {"sigsuspend", c_sigsuspend, true},
    {"flock", c_flock, true},
    {"msgrcv", c_msgrcv, true},
    {"semop", c_semop, true},
    {"write of much", c_write, false},
    {"futex for ever", c_futex_forever, false},
};

static void let_go(const char *name)
{
    struct {
        long type;
        char c;
    } m = {1, 'x'};
    struct sembuf up = {0, 1, 0};
    if (!strcmp(name, "accept")) {
        int s = socket(AF_UNIX, SOCK_STREAM, 0);
        socklen_t len = sizeof(struct sockaddr_storage);
        struct sockaddr_storage a;
        getsockname(srv, (struct sockaddr *) &a, &len);
        MUST(connect(s, (struct sockaddr *) &a, len) == 0);
    } else if (!strcmp(name, "msgrcv")) {
        MUST(msgsnd(msq, &m, 1, 0) == 0);
    } else if (!strcmp(name, "semop")) {
        MUST(semop(sem, &up, 1) == 0);
    } else if (strcmp(name, "flock") != 0) {
        MUST(write(p[1], "x", 1) == 1);
    }
}

static void once(unsigned i, int flags)
{
    struct sigaction sa = {.sa_handler = handler, .sa_flags = flags};
    int *sync = shared_mem(T_PAGE), hold = -1;
    pid_t me = getpid();
    char c;
    sigaction(SIGUSR1, &sa, NULL);
    handled = 0;
    if (!strcmp(calls[i].name, "flock")) {
        hold = open("lock", O_RDWR);
        MUST(hold >= 0 && flock(hold, LOCK_EX) == 0);
    }
    MUST((partner = fork()) >= 0);
    if (partner == 0) {
        until_state(me, me, "S");
        kill(me, SIGUSR1);
        /* until the call has ended, or sleeps again because it was restarted */
        while (__atomic_load_n(&sync[0], __ATOMIC_SEQ_CST) == 0)
            if (task_state(me, me) == 'S' && ++sync[1] > 300)
                break;
        let_go(calls[i].name);
        _exit(0);
    }
    if (hold >= 0)
        close(hold); /* the child holds the lock until it exits */
    long r = calls[i].fn();
    int e = errno;
    __atomic_store_n(&sync[0], 1, __ATOMIC_SEQ_CST);
    errno = e;
    printf("%s%s: %s, handled %d\n", calls[i].name, flags & SA_RESTART ? ", restarting" : "",
           r < 0                    ? errname(e)
           : calls[i].fn == c_write ? "part"
                                    : "ok",
           handled);
    reap(partner);
    /* what the partner sent is taken away, whether the call saw it or not */
    struct pollfd pfd = {p[0], POLLIN, 0};
    while (poll(&pfd, 1, 0) > 0)
        MUST(read(p[0], &c, 1) == 1);
    int fd;
    fcntl(srv, F_SETFL, O_NONBLOCK);
    while ((fd = accept(srv, NULL, NULL)) >= 0)
        close(fd);
    fcntl(srv, F_SETFL, 0);
    char m[32];
    while (msgrcv(msq, m, 8, 0, IPC_NOWAIT) >= 0)
        ;
    semctl(sem, 0, SETVAL, 0);
    munmap(sync, T_PAGE);
}

int main(void)
{
    scratch();
    put_file("lock", "");
    MUST(pipe(p) == 0);
    MUST((lockfd = open("lock", O_RDWR)) >= 0);
    MUST((srv = socket(AF_UNIX, SOCK_STREAM, 0)) >= 0);
    /* an address that the kernel chooses */
    sa_family_t fam = AF_UNIX;
    MUST(bind(srv, (struct sockaddr *) &fam, sizeof(fam)) == 0);
    MUST(listen(srv, 5) == 0);
    MUST((ep = epoll_create1(0)) >= 0);
    struct epoll_event ev = {.events = EPOLLIN};
    MUST(epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &ev) == 0);
    MUST((msq = msgget(IPC_PRIVATE, 0600)) >= 0);
    MUST((sem = semget(IPC_PRIVATE, 1, 0600)) >= 0);
    for (unsigned i = 0; i < ARRAY_SIZE(calls); i++) {
        once(i, 0);
        if (calls[i].lets_go)
            once(i, SA_RESTART);
    }
    msgctl(msq, IPC_RMID, NULL);
    semctl(sem, 0, IPC_RMID);
    return t_end();
}
