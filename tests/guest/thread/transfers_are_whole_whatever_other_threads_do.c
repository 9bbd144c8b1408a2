/* covers: write writev sendto sendmsg recvfrom recvmsg rt_sigaction */
/* What Linux ends early for a signal only is not ended by what another thread does about signals. */
#include <sys/socket.h>
#include <sys/uio.h>

#include "child.h"
#include "threads.h"

enum { SIZE = 256 << 10, PIECE = 16 << 10 };
static unsigned char bytes[SIZE], there[SIZE];
static int pipe_fd[2], pair[2];
static pid_t main_tid;
static _Atomic uint32_t ended;

static void handler(int sig)
{
    (void) sig;
}

static struct msghdr *message(void *p)
{
    static struct iovec iov[3];
    static struct msghdr m = {.msg_iov = iov, .msg_iovlen = 3};
    iov[0] = (struct iovec){p, 1};
    iov[1] = (struct iovec){(char *) p + 1, SIZE / 2};
    iov[2] = (struct iovec){(char *) p + 1 + SIZE / 2, SIZE / 2 - 1};
    return &m;
}

static ssize_t by_write(void)
{
    return write(pipe_fd[1], bytes, SIZE);
}

static ssize_t by_writev(void)
{
    return writev(pipe_fd[1], message(bytes)->msg_iov, 3);
}

static ssize_t by_write_to_socket(void)
{
    return write(pair[1], bytes, SIZE);
}

static ssize_t by_send(void)
{
    return send(pair[1], bytes, SIZE, 0);
}

static ssize_t by_sendmsg(void)
{
    return sendmsg(pair[1], message(bytes), 0);
}

static ssize_t by_recv(void)
{
    return recv(pair[1], there, SIZE, MSG_WAITALL);
}

static ssize_t by_recvmsg(void)
{
    return recvmsg(pair[1], message(there), MSG_WAITALL);
}

static const struct {
    const char *name;
    ssize_t (*fn)(void);
    int *partner;
    bool receives;
} calls[] = {
    {"write", by_write, &pipe_fd[0], false},
    {"writev", by_writev, &pipe_fd[0], false},
    {"write to a socket", by_write_to_socket, &pair[0], false},
    {"send", by_send, &pair[0], false},
    {"sendmsg", by_sendmsg, &pair[0], false},
    {"recv", by_recv, &pair[0], true},
    {"recvmsg", by_recvmsg, &pair[0], true},
};

/* The other side of the call: a piece at a time, each when the caller sleeps and handlers have come and gone. */
static void *partner(void *arg)
{
    const unsigned i = (unsigned) (uintptr_t) arg;
    for (size_t n = 0; n < SIZE && !atomic_load(&ended);) {
        until_state(getpid(), main_tid, "S");
        signal(SIGURG, handler);
        signal(SIGURG, SIG_DFL);
        if (atomic_load(&ended))
            break;
        ssize_t r =
            calls[i].receives ? write(*calls[i].partner, bytes + n, PIECE) : read(*calls[i].partner, there + n, PIECE);
        MUST(r > 0);
        n += (size_t) r;
    }
    return NULL;
}

int main(void)
{
    main_tid = (pid_t) raw(gettid);
    for (unsigned i = 0; i < SIZE; i++)
        bytes[i] = (unsigned char) (i * 7 + i / 256);
    for (unsigned i = 0; i < ARRAY_SIZE(calls); i++) {
        MUST(pipe(pipe_fd) == 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
        memset(there, 0, sizeof there);
        atomic_store(&ended, 0);
        pthread_t th = thread_start(partner, (void *) (uintptr_t) i);
        ssize_t r = calls[i].fn();
        if (r != SIZE)
            atomic_store(&ended, 1);
        thread_join(th);
        printf("%s: %zd, %s\n", calls[i].name, r, memcmp(bytes, there, SIZE) ? "not as sent" : "as sent");
        for (int k = 0; k < 2; k++)
            close(pipe_fd[k]), close(pair[k]);
    }
    return t_end();
}
