/* covers: recvfrom sendto recvmsg ioctl */
#include "t.h"
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>

int main(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET};
    socklen_t len = sizeof(a);
    struct timeval tv = {0, 30000};
    char buf[32] = "";
    int srv, c, s, n = -1;

    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    srv = socket(AF_INET, SOCK_STREAM, 0);
    MUST(bind(srv, (struct sockaddr *) &a, sizeof(a)) == 0 && listen(srv, 1) == 0);
    MUST(getsockname(srv, (struct sockaddr *) &a, &len) == 0);
    c = socket(AF_INET, SOCK_STREAM, 0);
    MUST(connect(c, (struct sockaddr *) &a, sizeof(a)) == 0);
    s = accept(srv, NULL, NULL);
    MUST(s >= 0);

    show("dontwait", recv(s, buf, 10, MSG_DONTWAIT));
    show("set timeout", setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)));
    show("timed out", recv(s, buf, 10, 0));
    MUST(send(c, "abcdef", 6, 0) == 6);
    show("peek", recv(s, buf, 4, MSG_PEEK));
    MUST(ioctl(s, FIONREAD, &n) == 0);
    show("queued", n);
    show("wait for all", recv(s, buf, 6, MSG_WAITALL));
    printf("%s\n", buf);
    MUST(send(c, "gone", 4, 0) == 4);
    show("thrown away", recv(s, buf, 4, MSG_TRUNC | MSG_WAITALL));
    MUST(send(c, "hij", 3, 0) == 3);
    show("wait for more", recv(s, buf, 10, MSG_WAITALL));
    show("urgent", send(c, "x!", 2, MSG_OOB));
    show("plain byte", recv(s, buf, 10, 0));
    MUST(ioctl(s, SIOCATMARK, &n) == 0);
    show("at mark", n);
    show("urgent byte", recv(s, buf, 1, MSG_OOB));
    printf("%c\n", buf[0]);
    show("no more", recv(s, buf, 1, MSG_OOB));
    close(s);
    show("first send", send(c, "x", 1, MSG_NOSIGNAL) == 1);
    show("outq", ioctl(c, TIOCOUTQ, &n));
    show("ioctl EFAULT", raw(ioctl, c, FIONREAD, BAD_PTR));
    show("errqueue", recv(c, buf, 1, MSG_ERRQUEUE));
    return t_end();
}
