/* covers: accept recvfrom connect read setitimer rt_sigaction */
#include "t.h"
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

static volatile sig_atomic_t hits;
static int wake = -1, restarts;

static void on_alarm(int sig)
{
    (void) sig;
    if (++hits >= 2 && wake >= 0) /* let a restarted call end */
        (void) !write(wake, "w", 1);
}

static void arm(int flags, int fd)
{
    struct sigaction sa = {.sa_handler = on_alarm, .sa_flags = flags};
    struct itimerval it = {{0, 10000}, {0, 10000}};
    hits = 0;
    restarts = flags & SA_RESTART;
    wake = fd;
    MUST(sigaction(SIGALRM, &sa, NULL) == 0 && setitimer(ITIMER_REAL, &it, NULL) == 0);
}

static void off(const char *what, long r)
{
    struct itimerval it = {{0, 0}, {0, 0}};
    int e = errno;
    MUST(setitimer(ITIMER_REAL, &it, NULL) == 0);
    errno = e;
    show(what, r);
    /* A call that is not restarted ends by the first; more may come before the timer is off. */
    printf("  signals %s\n", !restarts ? (hits ? "some" : "none") : hits >= 2 ? "two or more" : "too few");
}

int main(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET};
    struct timeval tv = {5, 0};
    char buf[64];
    int srv, sv[2], p[2];

    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    srv = socket(AF_INET, SOCK_STREAM, 0);
    MUST(bind(srv, (struct sockaddr *) &a, sizeof(a)) == 0 && listen(srv, 1) == 0);
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, sv) == 0 && pipe(p) == 0);
    arm(0, -1);
    off("accept", accept(srv, NULL, NULL));
    arm(0, -1);
    off("recv", recv(sv[0], buf, sizeof(buf), 0));
    arm(0, -1);
    off("read of pipe", read(p[0], buf, sizeof(buf)));
    arm(SA_RESTART, sv[1]);
    off("recv restarted", recv(sv[0], buf, 1, 0));
    arm(SA_RESTART, p[1]);
    off("read restarted", read(p[0], buf, 1));
    MUST(setsockopt(sv[0], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)) == 0);
    while (recv(sv[0], buf, sizeof(buf), MSG_DONTWAIT) > 0)
        ;
    arm(SA_RESTART, -1);
    off("recv with timeout is not restarted", recv(sv[0], buf, 1, 0));
    arm(0, sv[1]);
    MUST(setsockopt(sv[0], SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){0, 0}, sizeof(tv)) == 0);
    MUST(write(sv[1], "abc", 3) == 3);
    off("partial is told", recv(sv[0], buf, sizeof(buf), MSG_WAITALL) >= 3);
    return t_end();
}
