/* covers: process_vm_readv process_vm_writev unshare */
/* In a pid namespace of its own, where /proc tells other numbers, a process reaches the memory of another program, and no more. */
/* only: dynamic (elfuse lies where the other variants do) */
#include <sys/uio.h>

#include "child.h"

static int mine = 42;

static void inside(void)
{
    struct gate up;
    int seen = 0, reached = 0;
    gate_init(&up);
    pid_t pid = fork();
    if (pid == 0) {
        mine = 43;
        gate_open(&up);
        pause();
        _exit(0);
    }
    gate_wait(&up);
    struct iovec local = {&seen, sizeof seen}, remote = {&mine, sizeof mine};
    long r = raw(process_vm_readv, pid, &local, 1, &remote, 1, 0);
    /* Where its number cannot be told, that is refused, too. */
    CHECK(r == -1 || (r == sizeof seen && seen == 43));
    for (unsigned long at = 0x400000; at < 0x500000; at += T_PAGE) {
        remote.iov_base = (void *) at;
        reached += raw(process_vm_readv, pid, &local, 1, &remote, 1, 0) > 0;
        reached += raw(process_vm_writev, pid, &local, 1, &remote, 1, 0) > 0;
    }
    printf("reached where nothing is: %d\n", reached);
    kill(pid, SIGKILL);
    show_wait("child", pid);
}

int main(void)
{
    CHECK((unsigned long) main > 0x500000ul);
    if (unshare(CLONE_NEWPID) && unshare(CLONE_NEWUSER | CLONE_NEWPID)) {
        puts("no namespaces here");
        return 0;
    }
    show_status("inside", IN_CHILD(inside()));
    return t_end();
}
