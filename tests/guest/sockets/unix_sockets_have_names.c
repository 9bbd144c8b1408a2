/* covers: socket bind connect accept getsockname getpeername listen */
#include "t.h"
#include <sys/socket.h>
#include <sys/un.h>

static void name_of(const char *what, int fd, int (*get)(int, struct sockaddr *, socklen_t *))
{
    struct sockaddr_un u;
    socklen_t len = sizeof(u);
    memset(&u, 0, sizeof(u));
    if (get(fd, (struct sockaddr *) &u, &len) < 0)
        show(what, -1);
    else
        printf("%s: length %d family %d %s%s\n", what, (int) len, u.sun_family,
               len > 2 && !u.sun_path[0] ? "abstract" : "", u.sun_path);
}

int main(void)
{
    struct sockaddr_un u = {.sun_family = AF_UNIX, .sun_path = "sock"}, abs = {.sun_family = AF_UNIX};
    struct stat st;
    socklen_t alen;
    int srv, cli, con;

    scratch();
    srv = socket(AF_UNIX, SOCK_STREAM, 0);
    show("absent", connect(srv, (struct sockaddr *) &u, sizeof(u)));
    show("bind", bind(srv, (struct sockaddr *) &u, sizeof(u)));
    MUST(stat("sock", &st) == 0);
    printf("type %o\n", st.st_mode & S_IFMT);
    cli = socket(AF_UNIX, SOCK_STREAM, 0);
    show("not listening", connect(cli, (struct sockaddr *) &u, sizeof(u)));
    show("listen", listen(srv, 2));
    show("connect", connect(cli, (struct sockaddr *) &u, sizeof(u)));
    con = accept(srv, NULL, NULL);
    name_of("server", srv, getsockname);
    name_of("client", cli, getsockname);
    name_of("client's peer", cli, getpeername);
    name_of("accepted", con, getsockname);
    name_of("accepted peer", con, getpeername);
    show("bind again", bind(srv, (struct sockaddr *) &u, sizeof(u)));
    show("name in use", bind(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *) &u, sizeof(u)));
    show("other type", connect(socket(AF_UNIX, SOCK_DGRAM, 0), (struct sockaddr *) &u, sizeof(u)));
    show("open it", open("sock", O_RDWR));
    unlink("sock");
    put_file("sock", "");
    show("a file", connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *) &u, sizeof(u)));

    snprintf(abs.sun_path + 1, 40, "elfuse-test-%d", getpid());
    alen = (socklen_t) (offsetof(struct sockaddr_un, sun_path) + 1 + strlen(abs.sun_path + 1));
    srv = socket(AF_UNIX, SOCK_SEQPACKET, 0);
    show("abstract bind", bind(srv, (struct sockaddr *) &abs, alen));
    show("listen", listen(srv, 1));
    cli = socket(AF_UNIX, SOCK_SEQPACKET, 0);
    show("abstract connect", connect(cli, (struct sockaddr *) &abs, alen));
    show("one byte more", connect(socket(AF_UNIX, SOCK_SEQPACKET, 0), (struct sockaddr *) &abs, alen + 1));
    srv = socket(AF_UNIX, SOCK_DGRAM, 0);
    show("autobind", bind(srv, (struct sockaddr *) &u, sizeof(sa_family_t)));
    alen = sizeof(abs);
    MUST(getsockname(srv, (struct sockaddr *) &abs, &alen) == 0);
    show("its length", alen);
    show("too long", bind(srv, (struct sockaddr *) &u, sizeof(u) + 1));
    show("too short", bind(srv, (struct sockaddr *) &u, 1));
    show("wrong family", (u.sun_family = 2, connect(cli, (struct sockaddr *) &u, sizeof(u))));
    return t_end();
}
