/* covers: sendmsg recvmsg setsockopt */
/* A datagram with a descriptor, to a full socket that the sender is not connected to, or from one that is full itself: it sleeps until there is room,
 * or its time is over. */
#include <sys/socket.h>
#include <sys/un.h>

#include "child.h"
#include "threads.h"

static struct sockaddr_un name;
static _Atomic uint32_t tid;

static size_t size = 1;

static long give(int s, int flags)
{
    static char data[2048];
    char room[CMSG_SPACE(sizeof(int))] = {0};
    struct iovec iov = {data, size};
    struct msghdr m = {.msg_name = &name, .msg_namelen = sizeof name, .msg_iov = &iov, .msg_iovlen = 1};
    m.msg_control = room;
    m.msg_controllen = sizeof room;
    struct cmsghdr *h = CMSG_FIRSTHDR(&m);
    h->cmsg_level = SOL_SOCKET;
    h->cmsg_type = SCM_RIGHTS;
    h->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(h), &s, sizeof s);
    return sendmsg(s, &m, flags);
}

static void *sender(void *arg)
{
    atomic_store(&tid, (uint32_t) raw(gettid));
    return (void *) give((int) (intptr_t) arg, 0);
}

static void fill_and_wait(const char *path)
{
    struct timeval tv = {.tv_usec = 50000};
    char buf[8];

    name.sun_family = AF_UNIX;
    strcpy(name.sun_path, path);
    atomic_store(&tid, 0);
    int to = socket(AF_UNIX, SOCK_DGRAM, 0), s = socket(AF_UNIX, SOCK_DGRAM, 0);
    MUST(to >= 0 && s >= 0 && bind(to, (void *) &name, sizeof name) == 0);
    int small = 2048; /* the least that there is: a few datagrams of 2,000 bytes */
    MUST(size == 1 || setsockopt(s, SOL_SOCKET, SO_SNDBUF, &small, sizeof small) == 0);
    while (give(s, MSG_DONTWAIT) > 0)
        ;
    show("full", give(s, MSG_DONTWAIT));
    MUST(setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof tv) == 0);
    show("for a while", give(s, 0));
    tv.tv_usec = 0;
    MUST(setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof tv) == 0);
    pthread_t th = thread_start(sender, (void *) (intptr_t) s);
    while (!atomic_load(&tid))
        sched_yield();
    until_state(getpid(), (pid_t) atomic_load(&tid), "S");
    show("taken", recv(to, buf, sizeof buf, 0));
    while (size > 1 &&
           recv(to, buf, sizeof buf, MSG_DONTWAIT) > 0) /* its own buffer has room when a good part of it is free */
        ;
    show("given", (long) thread_join(th));
}

int main(void)
{
    scratch();
    fill_and_wait("to");
    size = 2000;
    fill_and_wait("big");
    return t_end();
}
