/* covers: seccomp ioctl */
#include "../listener.h"

static void asks(void)
{
    char buf[16] = {0};
    for (int i = 0; i < 3; i++) {
        long fd = syscall(SYS_openat, AT_FDCWD, "/not/there", O_RDONLY);
        printf("open: %ld, flags %d\n", fd, fcntl((int) fd, F_GETFD));
        printf("read %zd %s\n", pread((int) fd, buf, 7, 0), buf);
    }
}

int main(void)
{
    int l;
    char said[3][32];
    scratch();
    put_file("f", "content");
    int fd = open("f", O_RDONLY);
    pid_t pid = ASKING(&l, 0, SYS_openat, close(fd); asks());
    for (int i = 0; i < 3; i++) {
        struct seccomp_notif n = ask_next(l);
        struct seccomp_notif_addfd add = {.id = n.id, .srcfd = fd};
        if (i == 1)
            add.flags = SECCOMP_ADDFD_FLAG_SETFD, add.newfd = 77, add.newfd_flags = O_CLOEXEC;
        if (i == 2)
            add.flags = SECCOMP_ADDFD_FLAG_SEND;
        long r = ioctl(l, SECCOMP_IOCTL_NOTIF_ADDFD, &add);
        snprintf(said[i], sizeof said[i], "added: %ld", r);
        if (i < 2)
            say(l, n.id, 0, r, 0);
    }
    show_wait("child", pid);
    for (int i = 0; i < 3; i++)
        puts(said[i]);
    return t_end();
}
