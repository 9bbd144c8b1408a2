/* covers: tgkill futex read write poll ppoll select epoll_wait nanosleep clock_nanosleep rt_sigtimedwait rt_sigsuspend accept recvfrom recvmsg connect sendto msgrcv wait4 waitid fcntl openat */
#include <mqueue.h>
#include <poll.h>
#include <semaphore.h>
#include <sys/epoll.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "waiters.h"

/* A thread blocked in each of the calls that POSIX says are cancelled, deferred; and the same with cancellation asked for before. */
static int empty[2], full[2], pair[2], listener, ep, lockfd, msg;
static mqd_t mq = -1;
static _Atomic uint32_t tid;
static volatile int cleaned;
static sem_t sem;
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t c = PTHREAD_COND_INITIALIZER;
static pthread_t sleeper;
static sigset_t usr1;

#define CALL(name, ...)                                                                                                \
    static void name(void)                                                                                             \
    {                                                                                                                  \
        __VA_ARGS__;                                                                                                   \
    }
static char byte[64];
CALL(do_read, (void) !read(empty[0], byte, 1))
CALL(do_write, (void) !write(full[1], byte, 1))
CALL(do_poll, poll(&(struct pollfd){empty[0], POLLIN, 0}, 1, -1))
CALL(do_ppoll, ppoll(&(struct pollfd){empty[0], POLLIN, 0}, 1, NULL, NULL))
CALL(do_select, fd_set s; FD_ZERO(&s); FD_SET(empty[0], &s); select(empty[0] + 1, &s, NULL, NULL, NULL))
CALL(do_pselect, fd_set s; FD_ZERO(&s); FD_SET(empty[0], &s); pselect(empty[0] + 1, &s, NULL, NULL, NULL, NULL))
CALL(do_epoll, epoll_wait(ep, &(struct epoll_event){0}, 1, -1))
CALL(do_nanosleep, nanosleep(&(struct timespec){1000, 0}, NULL))
CALL(do_clock_nanosleep, clock_nanosleep(CLOCK_MONOTONIC, 0, &(struct timespec){1000, 0}, NULL))
CALL(do_pause, pause())
CALL(do_sigwait, int sig; sigwait(&usr1, &sig))
CALL(do_sigwaitinfo, sigwaitinfo(&usr1, NULL))
CALL(do_sigtimedwait, sigtimedwait(&usr1, NULL, &(struct timespec){1000, 0}))
CALL(do_sigsuspend, sigset_t none; sigemptyset(&none); sigsuspend(&none))
CALL(do_accept, accept(listener, NULL, NULL))
CALL(do_recv, recv(pair[0], byte, 1, 0))
CALL(do_recvfrom, recvfrom(pair[0], byte, 1, 0, NULL, NULL))
CALL(do_recvmsg, recvmsg(pair[0], &(struct msghdr){.msg_iov = &(struct iovec){byte, 1}, .msg_iovlen = 1}, 0))
CALL(do_send, while (send(pair[1], byte, sizeof(byte), 0) > 0))
CALL(
    do_msgrcv,
    struct {
        long t;
        char b[8];
    } b;
    msgrcv(msg, &b, 8, 5, 0))
CALL(do_mq, mq_receive(mq, byte, sizeof(byte), NULL))
CALL(do_sem, sem_wait(&sem))
CALL(do_cond, pthread_mutex_lock(&m); while (1) pthread_cond_wait(&c, &m))
CALL(do_join, pthread_join(sleeper, NULL))
CALL(do_wait, waitpid(-1, NULL, 0))
CALL(do_waitid, waitid(P_ALL, 0, NULL, WEXITED))
CALL(do_lock, struct flock l = {.l_type = F_WRLCK}; fcntl(lockfd, F_SETLKW, &l))
CALL(do_open, (void) !open("fifo", O_RDONLY))

static const struct call {
    const char *name;
    void (*fn)(void);
} calls[] = {
#define ROW(n)                                                                                                         \
    {                                                                                                                  \
#n, do_##n                                                                                                     \
    }
    ROW(read),    ROW(write),       ROW(poll),         ROW(ppoll),      ROW(select),
    ROW(pselect), ROW(epoll),       ROW(nanosleep),    ROW(pause),      ROW(clock_nanosleep),
    ROW(sigwait), ROW(sigwaitinfo), ROW(sigtimedwait), ROW(sigsuspend), ROW(accept),
    ROW(recv),    ROW(recvfrom),    ROW(recvmsg),      ROW(send),       ROW(msgrcv),
    ROW(mq),      ROW(sem),         ROW(cond),         ROW(join),       ROW(wait),
    ROW(waitid),  ROW(lock),        ROW(open),
};

static void clean(void *arg)
{
    cleaned++;
    /* A condition's mutex is the thread's again when the handlers run. */
    if (arg == do_cond)
        CHECK(pthread_mutex_unlock(&m) == 0);
}

static void *does(void *arg)
{
    const struct call *call = arg;
    pthread_cleanup_push(clean, (void *) call->fn);
    atomic_store(&tid, (uint32_t) raw(gettid));
    call->fn();
    pthread_cleanup_pop(0);
    return NULL;
}

static void *asked_before(void *arg)
{
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
    pthread_cancel(pthread_self());
    pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
    return does(arg);
}

static void *sleeps(void *arg)
{
    sem_wait(arg);
    return NULL;
}

static void prepare(void)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX, .sun_path = "socket"};
    struct mq_attr at = {.mq_maxmsg = 1, .mq_msgsize = sizeof(byte)};
    struct epoll_event ev = {.events = EPOLLIN};
    char name[64];
    scratch();
    MUST(pipe(empty) == 0 && pipe2(full, O_NONBLOCK) == 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    while (write(full[1], byte, sizeof(byte)) > 0)
        ;
    while (write(full[1], byte, 1) > 0)
        ;
    MUST(fcntl(full[1], F_SETFL, 0) == 0);
    listener = socket(AF_UNIX, SOCK_STREAM, 0);
    MUST(bind(listener, (struct sockaddr *) &un, sizeof(un)) == 0 && listen(listener, 1) == 0);
    MUST((ep = epoll_create1(0)) >= 0 && epoll_ctl(ep, EPOLL_CTL_ADD, empty[0], &ev) == 0);
    MUST((lockfd = open("f", O_RDWR | O_CREAT, 0600)) >= 0 && mkfifo("fifo", 0600) == 0);
    MUST((msg = msgget(IPC_PRIVATE, 0600)) >= 0);
    snprintf(name, sizeof(name), "/cancel.%d", (int) getpid());
    MUST((mq = mq_open(name, O_RDWR | O_CREAT, 0600, &at)) >= 0);
    mq_unlink(name);
    sem_init(&sem, 0, 0);
}

int main(void)
{
    static sem_t end;
    struct gate ready, done;
    prepare();
    gate_init(&ready);
    gate_init(&done);
    sem_init(&end, 0, 0);
    sleeper = thread_start(sleeps, &end);
    pid_t pid = fork();
    if (pid == 0) {
        struct flock l = {.l_type = F_WRLCK};
        MUST(fcntl(lockfd, F_SETLK, &l) == 0);
        gate_open(&ready);
        gate_wait(&done);
        _exit(0);
    }
    gate_wait(&ready);
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &usr1, NULL);
    for (unsigned i = 0; i < ARRAY_SIZE(calls); i++) {
        cleaned = 0;
        atomic_store(&tid, 0);
        pthread_t th = thread_start(does, (void *) &calls[i]);
        until_rests(&tid);
        MUST(pthread_cancel(th) == 0);
        printf("%s: %s, ", calls[i].name, thread_join(th) == PTHREAD_CANCELED ? "cancelled" : "not cancelled");
        th = thread_start(asked_before, (void *) &calls[i]);
        bool cancelled = thread_join(th) == PTHREAD_CANCELED;
        printf("before: %s, cleaned %d\n", cancelled ? "cancelled" : "not cancelled", cleaned);
    }
    msgctl(msg, IPC_RMID, NULL);
    gate_open(&done);
    show_wait("child", pid);
    sem_post(&end);
    thread_join(sleeper);
    return t_end();
}
