/* covers: seccomp ioctl getpgid openat */
#include "../listener.h"

static void asks(void)
{
    show_ok("getpgid", syscall(SYS_getpgid, 0));
    show("of nobody", syscall(SYS_getpgid, 0x7fffffff));
    show_ok("once more", syscall(SYS_getpgid, 0));
}

int main(void)
{
    int l;
    pid_t pid = ASKING(&l, 0, SYS_getpgid, asks());
    for (int i = 0; i < 3; i++) {
        struct seccomp_notif n = ask_next(l);
        if (i == 0) {
            show("with a value", say(l, n.id, 0, 1, SECCOMP_USER_NOTIF_FLAG_CONTINUE));
            show("with an error", say(l, n.id, -1, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE));
            show("unknown flag", say(l, n.id, 0, 0, 2));
            show("both", say(l, n.id, 0, 0, 3));
        }
        CHECK(say(l, n.id, 0, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE) == 0);
    }
    show_wait("child", pid);
    /* A call that blocks goes on, too. */
    int p[2];
    MUST(pipe(p) == 0);
    pid = ASKING(&l, 0, SYS_read, {
        char c;
        close(p[1]);
        show("read", raw(read, p[0], &c, 1));
    });
    struct seccomp_notif n = ask_next(l);
    CHECK(say(l, n.id, 0, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE) == 0);
    MUST(write(p[1], "x", 1) == 1);
    show_wait("reader", pid);
    return t_end();
}
