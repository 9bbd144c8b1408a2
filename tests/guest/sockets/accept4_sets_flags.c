/* covers: accept accept4 listen connect */
#include "t.h"
#include <netinet/in.h>
#include <sys/socket.h>

int main(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET}, peer;
    socklen_t len = sizeof(a);
    int srv, c[4], con;

    srv = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    show("cloexec", fcntl(srv, F_GETFD));
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    MUST(bind(srv, (struct sockaddr *) &a, sizeof(a)) == 0 && listen(srv, 8) == 0);
    MUST(getsockname(srv, (struct sockaddr *) &a, &len) == 0);
    show("nobody", accept(srv, NULL, NULL));
    for (int i = 0; i < 4; i++) {
        c[i] = socket(AF_INET, SOCK_STREAM, 0);
        MUST(connect(c[i], (struct sockaddr *) &a, sizeof(a)) == 0);
    }
    con = (int) raw(accept4, srv, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC);
    show_ok("accept4", con);
    show("cloexec", fcntl(con, F_GETFD));
    show("nonblocking", !!(fcntl(con, F_GETFL) & O_NONBLOCK));
    con = (int) raw(accept, srv, 0, 0);
    show("plain cloexec", fcntl(con, F_GETFD));
    show("plain nonblocking", !!(fcntl(con, F_GETFL) & O_NONBLOCK));
    len = 4;
    memset(&peer, 0x55, sizeof(peer));
    show_ok("short address", raw(accept4, srv, &peer, &len, 0));
    printf("length %d\n", (int) len);
    CHECK(peer.sin_family == AF_INET && peer.sin_addr.s_addr == 0x55555555);
    len = (socklen_t) -1;
    show("negative length", raw(accept4, srv, &peer, &len, 0));
    show("bad flags", raw(accept4, srv, 0, 0, 1));
    show("bad address", raw(accept4, srv, BAD_PTR, &len, 0));
    show("not listening", accept(c[0], NULL, NULL));
    show("not a socket", accept(0, NULL, NULL));
    return t_end();
}
