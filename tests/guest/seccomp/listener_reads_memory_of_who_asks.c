/* covers: seccomp process_vm_readv */
#include <sys/uio.h>

#include "../listener.h"

extern char from_here[];

int main(void)
{
    static const char path[] = "/a/path/that/is/asked/for";
    int l;
    pid_t pid = ASKING(&l, 0, SYS_chdir, {
        long r;
        __asm__ volatile("syscall\n.globl from_here\nfrom_here:"
                         : "=a"(r)
                         : "a"(SYS_chdir), "D"(path)
                         : "rcx", "r11", "memory");
        printf("chdir %ld\n", r);
    });
    char buf[64] = {0};
    struct seccomp_notif n = ask_next(l);
    struct iovec here = {buf, sizeof path}, there = {(void *) n.data.args[0], sizeof path};
    printf("%zd %s\n", process_vm_readv(pid, &here, 1, &there, 1, 0), buf);
    printf("from where it was %d\n", n.data.instruction_pointer == (uint64_t) from_here);
    say(l, n.id, -ENOTDIR, 0, 0);
    show_wait("child", pid);
    return t_end();
}
