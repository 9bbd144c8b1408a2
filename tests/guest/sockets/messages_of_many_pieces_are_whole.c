/* covers: sendmsg recvmsg writev readv sendmmsg recvmmsg */
/* As many pieces as one call takes, of which some lie across memory of two kinds: a message is sent and received as one, or not at all. */
#include <sys/socket.h>
#include <sys/uio.h>

#include "t.h"

enum { BIG = 8 << 20, PIECES = 1024, PIECE = 64, SIZE = PIECES * PIECE };

static char *edge, sent[SIZE], got[SIZE];

/* Pieces 0, step, 2 * step ... end just beyond the edge, each a little further than the one before it. */
static void lay_out(struct iovec *iov, int step, bool fill)
{
    static char plain[SIZE];
    for (int i = 0; i < PIECES; i++) {
        char *p = i % step ? plain + i * PIECE : edge - PIECE / 2;
        iov[i] = (struct iovec){p, PIECE};
        if (fill)
            memcpy(p, sent + i * PIECE, PIECE);
    }
}

static bool alike(const struct iovec *iov, int n)
{
    for (int i = 0; i < n; i++)
        if (memcmp(iov[i].iov_base, sent + i * PIECE, iov[i].iov_len))
            return false;
    return true;
}

static void through(const char *name, int type, int step, bool plain_calls)
{
    struct iovec iov[PIECES];
    struct msghdr m = {.msg_iov = iov, .msg_iovlen = PIECES};
    int fd[2];
    MUST(socketpair(AF_UNIX, type, 0, fd) == 0);
    /* The pieces across the edge are one and the same memory: they all hold the same. */
    for (int i = 0; i < SIZE; i++)
        sent[i] = (char) (i / PIECE % step ? i / PIECE + i : i % PIECE);
    lay_out(iov, step, true);
    printf("%s, every %d: sent %zd", name, step, plain_calls ? writev(fd[0], iov, PIECES) : sendmsg(fd[0], &m, 0));
    memset(got, 0, SIZE);
    ssize_t n = read(fd[1], got, SIZE);
    printf(", read %zd, %s\n", n, memcmp(got, sent, SIZE) ? "other" : "the same");
    MUST(send(fd[0], sent, SIZE, 0) == SIZE);
    memset(edge - BIG, 0, BIG * 2);
    n = plain_calls ? readv(fd[1], iov, PIECES) : recvmsg(fd[1], &m, 0);
    printf("  received %zd, %s, flags %d\n", n, alike(iov, PIECES) ? "the same" : "other", m.msg_flags);
    MUST(send(fd[0], sent, PIECE + PIECE / 2 + 8, 0) > 0);
    memset(edge - BIG, 7, BIG * 2);
    n = plain_calls ? readv(fd[1], iov, PIECES) : recvmsg(fd[1], &m, 0);
    printf("  received %zd, last byte %d\n", n, iov[PIECES - 1].iov_base ? edge[PIECE / 2 - 1] : 0);
    close(fd[0]);
    close(fd[1]);
}

int main(void)
{
    char *p = mmap(NULL, 4 * BIG, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(p != MAP_FAILED);
    p = (char *) (((uintptr_t) p + BIG) & ~((uintptr_t) BIG - 1));
    MUST(mmap(p + BIG, BIG, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED);
    memset(p + BIG, 0, BIG);
    MUST(mmap(p, BIG, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED);
    memset(p, 0, BIG);
    edge = p + BIG;
    for (int step = 1; step <= PIECES; step = step == 1 ? 3 : step == 3 ? 100 : step == 100 ? PIECES : PIECES + 1) {
        through("datagram", SOCK_DGRAM, step, false);
        through("datagram by writev", SOCK_DGRAM, step, true);
        through("packet", SOCK_SEQPACKET, step, false);
    }
    return t_end();
}
