/* covers: socket bind listen accept connect getsockname getpeername shutdown sendto recvfrom */
#include "t.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

int main(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET}, b;
    socklen_t len = sizeof(a);
    char buf[64] = "";
    int srv, cli, con;
    pid_t pid;

    srv = socket(AF_INET, SOCK_STREAM, 0);
    show("socket", srv);
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    show("bind", bind(srv, (struct sockaddr *) &a, sizeof(a)));
    show("listen", listen(srv, 5));
    show("getsockname", getsockname(srv, (struct sockaddr *) &a, &len));
    CHECK(len == sizeof(a) && a.sin_family == AF_INET && a.sin_port != 0);
    pid = fork();
    if (pid == 0) {
        cli = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(cli, (struct sockaddr *) &a, sizeof(a)) < 0 || send(cli, "ping", 4, 0) != 4)
            _exit(1);
        shutdown(cli, SHUT_WR);
        if (recv(cli, buf, sizeof(buf), MSG_WAITALL) != 9 || memcmp(buf, "ping pong", 9))
            _exit(2);
        _exit(recv(cli, buf, 1, 0) == 0 ? 0 : 3);
    }
    memset(&b, 0, sizeof(b));
    len = sizeof(b);
    con = accept(srv, (struct sockaddr *) &b, &len);
    show("accept", con);
    CHECK(len == sizeof(b) && b.sin_addr.s_addr == htonl(INADDR_LOOPBACK));
    len = sizeof(a);
    MUST(getpeername(con, (struct sockaddr *) &a, &len) == 0);
    CHECK(a.sin_port == b.sin_port);
    show("receive", recv(con, buf, 4, MSG_WAITALL));
    show("end", recv(con, buf + 4, 10, 0));
    show("send", send(con, "ping pong", 9, 0));
    close(con);
    show_wait("client", pid);
    return t_end();
}
