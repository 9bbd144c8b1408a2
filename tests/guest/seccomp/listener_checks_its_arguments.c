/* covers: seccomp ioctl */
#include "../listener.h"

#define SET_FLAGS _IOW('!', 4, uint64_t) /* SECCOMP_IOCTL_NOTIF_SET_FLAGS: of Linux 6.6, takes a number */

int main(void)
{
    int l;
    struct seccomp_notif n;
    struct seccomp_notif_addfd add = {0};
    uint64_t id = 12345;
    pid_t pid = ASKING(&l, 0, SYS_getpgid, CHECK(syscall(SYS_getpgid, 0) == 3));
    memset(&n, 0, sizeof n);
    n.pid = 1;
    show("receive into what is not zero", ioctl(l, SECCOMP_IOCTL_NOTIF_RECV, &n));
    show("receive at a bad address", ioctl(l, SECCOMP_IOCTL_NOTIF_RECV, BAD_PTR));
    show("no such id", say(l, 1, 0, 0, 0));
    show("is an id", ioctl(l, SECCOMP_IOCTL_NOTIF_ID_VALID, &id));
    show("id at a bad address", ioctl(l, SECCOMP_IOCTL_NOTIF_ID_VALID, BAD_PTR));
    show("send from a bad address", ioctl(l, SECCOMP_IOCTL_NOTIF_SEND, BAD_PTR));
    show("no such request", ioctl(l, _IOW('!', 99, int), &id));
    show("set flags", ioctl(l, SET_FLAGS, 1));
    show("set unknown flags", ioctl(l, SET_FLAGS, 1ul << 40));
    show("request of another", ioctl(l, TIOCGWINSZ, &n));
    show("add without id", ioctl(l, SECCOMP_IOCTL_NOTIF_ADDFD, &add));
    show("add from a bad address", ioctl(l, SECCOMP_IOCTL_NOTIF_ADDFD, BAD_PTR));
    n = ask_next(l);
    show("is an id", ioctl(l, SECCOMP_IOCTL_NOTIF_ID_VALID, &n.id));
    add = (struct seccomp_notif_addfd){.id = n.id, .srcfd = 999};
    show("add what is not open", ioctl(l, SECCOMP_IOCTL_NOTIF_ADDFD, &add));
    add = (struct seccomp_notif_addfd){.id = n.id, .srcfd = 1, .flags = 8};
    show("add with unknown flags", ioctl(l, SECCOMP_IOCTL_NOTIF_ADDFD, &add));
    add = (struct seccomp_notif_addfd){.id = n.id, .srcfd = 1, .newfd = 5};
    show("add at a number without saying", ioctl(l, SECCOMP_IOCTL_NOTIF_ADDFD, &add));
    add = (struct seccomp_notif_addfd){.id = n.id, .srcfd = 1, .newfd_flags = O_APPEND};
    show("add with a status flag", ioctl(l, SECCOMP_IOCTL_NOTIF_ADDFD, &add));
    id = n.id;
    show("read", read(l, &n, sizeof n));
    show("write", write(l, &n, sizeof n));
    show("seek", lseek(l, 0, SEEK_SET));
    show("send", say(l, id, 0, 3, 0));
    show_wait("child", pid);
    show("is no id any more", ioctl(l, SECCOMP_IOCTL_NOTIF_ID_VALID, &id));
    return t_end();
}
