/* covers: connect poll getsockopt socket */
#include "t.h"
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

int main(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET};
    socklen_t len = sizeof(a);
    struct pollfd pf;
    int srv, c, err = -1;

    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    srv = socket(AF_INET, SOCK_STREAM, 0);
    MUST(bind(srv, (struct sockaddr *) &a, sizeof(a)) == 0 && listen(srv, 1) == 0);
    MUST(getsockname(srv, (struct sockaddr *) &a, &len) == 0);
    c = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    show("connect", connect(c, (struct sockaddr *) &a, sizeof(a)));
    pf = (struct pollfd){.fd = c, .events = POLLOUT};
    show("poll", poll(&pf, 1, 5000));
    printf("events %x\n", (unsigned) pf.revents);
    len = sizeof(err);
    MUST(getsockopt(c, SOL_SOCKET, SO_ERROR, &err, &len) == 0);
    show("error", err);
    show("again", connect(c, (struct sockaddr *) &a, sizeof(a)));
    show("and again", connect(c, (struct sockaddr *) &a, sizeof(a)));

    /* A port that is bound, and so nobody else's, but not listened on. */
    a.sin_port = 0;
    len = sizeof(a);
    srv = socket(AF_INET, SOCK_STREAM, 0);
    MUST(bind(srv, (struct sockaddr *) &a, sizeof(a)) == 0);
    MUST(getsockname(srv, (struct sockaddr *) &a, &len) == 0);
    c = socket(AF_INET, SOCK_STREAM, 0);
    show("refused", connect(c, (struct sockaddr *) &a, sizeof(a)));
    c = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    show("refused later", connect(c, (struct sockaddr *) &a, sizeof(a)));
    pf.fd = c;
    show("poll", poll(&pf, 1, 5000));
    printf("events %x\n", (unsigned) pf.revents);
    len = sizeof(err);
    MUST(getsockopt(c, SOL_SOCKET, SO_ERROR, &err, &len) == 0);
    printf("error %s\n", errname(err));
    return t_end();
}
