/* covers: setsockopt getsockopt sendto recvfrom */
#include "t.h"
#include <linux/filter.h>
#include <sys/socket.h>

int main(void)
{
    /* Keep datagrams whose first byte is 'k'. */
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 'k', 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0xffff),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    struct sock_fprog prog = {ARRAY_SIZE(code), code}, bad = {4, BAD_PTR};
    char buf[16] = "";
    int sv[2], none = 0;

    MUST(socketpair(AF_UNIX, SOCK_DGRAM, 0, sv) == 0);
    show("attach", setsockopt(sv[1], SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)));
    send(sv[0], "drop", 4, 0);
    send(sv[0], "keep", 4, 0);
    show("receive", recv(sv[1], buf, sizeof(buf), MSG_DONTWAIT));
    printf("%s\n", buf);
    show("receive", recv(sv[1], buf, sizeof(buf), MSG_DONTWAIT));
    show("bad program", setsockopt(sv[1], SOL_SOCKET, SO_ATTACH_FILTER, &bad, sizeof(bad)));
    prog.len = 0;
    show("no program", setsockopt(sv[1], SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)));
    show("lock", setsockopt(sv[1], SOL_SOCKET, SO_LOCK_FILTER, (none = 1, &none), sizeof(none)));
    show("detach locked", setsockopt(sv[1], SOL_SOCKET, SO_DETACH_FILTER, &none, sizeof(none)));
    return t_end();
}
