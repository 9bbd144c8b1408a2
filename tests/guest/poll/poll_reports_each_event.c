/* covers: poll */
#include "t.h"
#include <poll.h>
#include <sys/socket.h>

static void show_poll(const char *what, struct pollfd *pf, unsigned n, int timeout)
{
    printf("%s: %d", what, poll(pf, n, timeout));
    for (unsigned i = 0; i < n; i++)
        printf(" [%x -> %x]", (unsigned) pf[i].events & 0xffff, (unsigned) pf[i].revents & 0xffff);
    printf("\n");
}

int main(void)
{
    struct pollfd pf[4];
    int p[2], q[2], sv[2], fd;
    int64_t t0;

    scratch();
    MUST(pipe(p) == 0 && pipe(q) == 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, sv) == 0);
    fd = open("f", O_RDWR | O_CREAT, 0600);
    pf[0] = (struct pollfd){p[0], POLLIN, -1};
    pf[1] = (struct pollfd){p[1], POLLOUT, -1};
    pf[2] = (struct pollfd){-1, POLLIN, -1};
    pf[3] = (struct pollfd){77, POLLIN, -1};
    show_poll("empty pipe, write end, none, closed", pf, 4, 0);
    MUST(write(p[1], "x", 1) == 1);
    show_poll("filled", pf, 2, -1);
    pf[0].events = 0;
    show_poll("not asked", pf, 1, 0);
    close(p[1]);
    pf[0].events = POLLIN;
    show_poll("hung up with data", pf, 1, 0);
    MUST(read(p[0], (char[1]){0}, 1) == 1);
    show_poll("hung up", pf, 1, 0);
    close(q[0]);
    pf[0] = (struct pollfd){q[1], POLLOUT, 0};
    show_poll("no reader", pf, 1, 0);
    pf[0] = (struct pollfd){fd, POLLIN | POLLOUT | POLLPRI, 0};
    show_poll("file", pf, 1, 0);
    pf[0] = (struct pollfd){sv[0], POLLIN | POLLOUT | POLLRDHUP, 0};
    show_poll("socket", pf, 1, 0);
    shutdown(sv[1], SHUT_WR);
    show_poll("half closed", pf, 1, 0);
    close(sv[1]);
    show_poll("closed", pf, 1, 0);
    MUST(pipe(p) == 0);
    pf[0] = (struct pollfd){p[0], POLLIN, 0x7f};
    t0 = now_ns(CLOCK_MONOTONIC);
    show_poll("timeout", pf, 1, 30);
    CHECK(now_ns(CLOCK_MONOTONIC) - t0 >= 30000000);
    show("nothing at all", poll(NULL, 0, 1));
    show("bad array", raw(poll, BAD_PTR, 1, 0));
    show("array over the edge", raw(poll, at_edge(sizeof(*pf)), 2, 0));
    show("too many", raw(poll, pf, 1u << 30, 0));
    return t_end();
}
