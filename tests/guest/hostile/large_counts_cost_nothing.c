/* covers: read write getrandom readlink recvfrom */
/* translated: no (under the translator it takes minutes) */
/* A count says how much may come, not how much memory there is to look at. */
#include "t.h"
#include <sys/socket.h>

int main(void)
{
    const size_t size = 16ull << 40;
    char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    int fd[2], sock[2];

    MUST(p != MAP_FAILED);
    p[0] = 1;
    MUST(pipe(fd) == 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, sock) == 0);
    for (int i = 0; i < 19; i++) {
        char *at = p + (size_t) i * (700ull << 30);
        MUST(write(fd[1], "abc", 3) == 3);
        show("read", read(fd[0], at, 1ull << 40));
        MUST(write(sock[1], "abc", 3) == 3);
        show("recvfrom", recvfrom(sock[0], at, 1ull << 42, 0, NULL, NULL));
        show("readlink", readlink("/proc/self/exe", at, 1 << 30) > 0);
    }
    char *q = mmap(NULL, 1ull << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    MUST(q != MAP_FAILED);
    for (size_t at = 0; at < 1ull << 30; at += 1 << 20)
        q[at] = 3;
    puts("room is left");
    return t_end();
}
