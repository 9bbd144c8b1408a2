/* covers: seccomp openat read close */
#include "../filter.h"

/* As sandboxes do it: no new files, no sockets, and what is open is used. */
int main(void)
{
    char buf[16];
    scratch();
    put_file("f", "content");
    int fd = open("f", O_RDONLY);
    no_new_privs();
    MUST(INSTALL(0, LOAD(arch), EQ(AUDIT_ARCH_X86_64, 1, 0), RET(SECCOMP_RET_KILL_PROCESS), LOAD_NR,
                 BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1), RET(ERRNO(ENOSYS)), EQ(SYS_openat, 0, 4),
                 LOAD_ARG(2), BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, O_WRONLY | O_RDWR | O_CREAT, 0, 1),
                 RET(ERRNO(EROFS)), RET(SECCOMP_RET_ALLOW), EQ(SYS_socket, 0, 1), RET(ERRNO(EAFNOSUPPORT)),
                 RET(SECCOMP_RET_ALLOW)) == 0);
    show("write", open("f", O_WRONLY));
    show("create", open("g", O_RDONLY | O_CREAT, 0600));
    show_ok("read", open("f", O_RDONLY));
    show("absent", open("h", O_RDONLY));
    show("read from it", read(fd, buf, sizeof buf));
    show("socket", raw(socket, 1, 1, 0));
    show("x32", syscall(0x40000000 | SYS_read, fd, buf, 1));
    show("null path", raw(openat, AT_FDCWD, 0, O_RDWR));
    return t_end();
}
