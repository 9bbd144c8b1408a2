/* covers: seccomp ioctl */
#include "../listener.h"

static void receive(const char *where, int l, void *at, struct seccomp_notif *n)
{
    show(where, ioctl(l, SECCOMP_IOCTL_NOTIF_RECV, at));
    if (n)
        printf("call %d, arguments %llu %llu\n", n->data.nr, (unsigned long long) n->data.args[0],
               (unsigned long long) n->data.args[1]);
}

int main(void)
{
    int l;
    struct pollfd pfd = {.events = POLLIN};
    char *p = mmap(NULL, 6 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *seam;
    struct seccomp_notif n, *at;
    MUST(p != MAP_FAILED);
    seam = (char *) (((uintptr_t) p + (4 << 20)) & -(2ul << 20));
    pid_t pid = ASKING(&l, 0, SYS_getpgid, CHECK(syscall(SYS_getpgid, 0, 7) == 3));
    receive("where it can only be read", l, p, NULL);
    receive("where it can only be read, over a seam", l, seam - 8, NULL);
    MUST(mprotect(seam - T_PAGE, T_PAGE, PROT_READ | PROT_WRITE) == 0);
    receive("where the end can only be read", l, seam - 8, NULL);
    memset(seam - T_PAGE, 0, T_PAGE);
    pfd.fd = l;
    show("still there", poll(&pfd, 1, 0) == 1 && pfd.revents == POLLIN);
    MUST(mprotect(seam, T_PAGE, PROT_READ | PROT_WRITE) == 0);
    at = (void *) (seam - 16);
    receive("over a seam", l, at, at);
    n = *at;
    show("none is left", poll(&pfd, 1, 0) == 1 && pfd.revents == POLLIN);
    show("send", say(l, n.id, 0, 3, 0));
    show_wait("child", pid);
    return t_end();
}
