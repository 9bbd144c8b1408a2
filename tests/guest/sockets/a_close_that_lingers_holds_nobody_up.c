/* covers: close setsockopt */
/* While one thread waits in close(2) for data to be taken (SO_LINGER), others fork, open and close. */
#include "../child.h"

#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>

static int from, tid, closed;

static void *closer(void *arg)
{
    (void) arg;
    __atomic_store_n(&tid, (int) syscall(SYS_gettid), __ATOMIC_SEQ_CST);
    const int r = close(from);
    __atomic_store_n(&closed, r ? -1 : 1, __ATOMIC_SEQ_CST);
    return NULL;
}

int main(void)
{
    struct sockaddr_in sa = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct linger linger = {1, 3600};
    socklen_t len = sizeof sa;
    static char block[1 << 16];
    int srv = socket(AF_INET, SOCK_STREAM, 0), to, number;
    pthread_t th;
    ssize_t n, sent = 0;

    MUST(srv >= 0 && bind(srv, (struct sockaddr *) &sa, len) == 0 && listen(srv, 1) == 0);
    MUST(getsockname(srv, (struct sockaddr *) &sa, &len) == 0);
    from = socket(AF_INET, SOCK_STREAM, 0);
    MUST(connect(from, (struct sockaddr *) &sa, len) == 0 && (to = accept(srv, NULL, NULL)) >= 0);
    MUST(setsockopt(from, SOL_SOCKET, SO_LINGER, &linger, sizeof linger) == 0);
    while ((n = send(from, block, sizeof block, MSG_DONTWAIT)) > 0)
        sent += n;
    MUST(errno == EAGAIN);
    MUST(pthread_create(&th, NULL, closer, NULL) == 0);
    while (!__atomic_load_n(&tid, __ATOMIC_SEQ_CST))
        sched_yield();
    until_state(getpid(), tid, "S");
    while (fcntl(from, F_GETFD) != -1)
        sched_yield();
    until_state(getpid(), tid, "S");
    number = open("/proc/self/stat", O_RDONLY);
    show("its number is free", number == from);
    show("close", close(number));
    pid_t pid = fork();
    if (pid == 0)
        _exit(fcntl(from, F_GETFD) == -1 ? 3 : 4);
    show_wait("child", pid);
    show("closed", __atomic_load_n(&closed, __ATOMIC_SEQ_CST));
    while ((n = recv(to, block, sizeof block, 0)) > 0)
        sent -= n;
    show("end", n);
    show("lost", sent);
    MUST(pthread_join(th, NULL) == 0);
    show("closed", closed);
    return t_end();
}
