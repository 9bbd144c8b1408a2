/* covers: accept fork connect sendto recvfrom wait4 */
#include "t.h"
#include <sys/socket.h>
#include <sys/un.h>

#define CLIENTS 10

int main(void)
{
    struct sockaddr_un u = {.sun_family = AF_UNIX, .sun_path = "srv"};
    char buf[64];
    int srv, status, ok = 0;

    scratch();
    srv = socket(AF_UNIX, SOCK_STREAM, 0);
    MUST(bind(srv, (struct sockaddr *) &u, sizeof(u)) == 0 && listen(srv, CLIENTS) == 0);
    for (int i = 0; i < CLIENTS; i++)
        if (fork() == 0) {
            int c = socket(AF_UNIX, SOCK_STREAM, 0), got = 0, r;
            if (connect(c, (struct sockaddr *) &u, sizeof(u)) < 0)
                _exit(1);
            snprintf(buf, sizeof(buf), "client %d", i);
            if (send(c, buf, strlen(buf), 0) < 0 || shutdown(c, SHUT_WR) < 0)
                _exit(2);
            while ((r = (int) recv(c, buf + got, sizeof(buf) - (size_t) got, 0)) > 0)
                got += r;
            buf[got] = 0;
            close(srv);
            _exit(strstr(buf, "hello client") && atoi(buf + 13) == i ? 0 : 3);
        }
    for (int i = 0; i < CLIENTS; i++) {
        int s = accept(srv, NULL, NULL);
        MUST(s >= 0);
        if (fork() == 0) {
            int got = 0, r;
            close(srv);
            while ((r = (int) recv(s, buf + got, sizeof(buf) - 1 - (size_t) got, 0)) > 0)
                got += r;
            buf[got] = 0;
            _exit(send(s, "hello ", 6, 0) == 6 && send(s, buf, (size_t) got, 0) == got ? 0 : 4);
        }
        close(s);
    }
    while (wait(&status) > 0)
        ok += status == 0;
    show("ended well", ok);
    return t_end();
}
