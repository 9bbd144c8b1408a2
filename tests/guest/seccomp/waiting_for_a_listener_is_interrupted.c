/* covers: seccomp */
#include "../listener.h"

static void on_signal(int sig)
{
    (void) sig;
    puts("handler");
}

static void one(const char *name, int sa_flags, unsigned flags)
{
    int l;
    printf("%s\n", name);
    pid_t pid = ASKING(&l, flags, SYS_getpgid, {
        struct sigaction sa = {.sa_handler = on_signal, .sa_flags = sa_flags};
        sigaction(SIGUSR1, &sa, NULL);
        show("getpgid", syscall(SYS_getpgid, 0));
    });
    struct seccomp_notif n = ask_next(l);
    kill(pid, SIGUSR1);
    if (flags) {
        CHECK(say(l, n.id, 0, 5, 0) == 0);
    } else if (sa_flags & SA_RESTART) {
        struct seccomp_notif again = ask_next(l);
        CHECK(n.id != again.id);
        CHECK(say(l, n.id, 0, 5, 0) == -1 && errno == ENOENT);
        CHECK(say(l, again.id, 0, 6, 0) == 0);
    }
    show_wait("child", pid);
    close(l);
}

int main(void)
{
    one("not restarted", 0, 0);
    one("restarted", SA_RESTART, 0);
    one("only to be killed", 0, SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);
    int l;
    pid_t pid = ASKING(&l, 0, SYS_getpgid, syscall(SYS_getpgid, 0));
    struct seccomp_notif n = ask_next(l);
    kill(pid, SIGKILL);
    show_wait("killed", pid);
    show("its answer", say(l, n.id, 0, 0, 0));
    return t_end();
}
