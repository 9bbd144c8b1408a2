/* covers: fork lseek fcntl epoll_ctl epoll_wait eventfd2 timerfd_create timerfd_settime signalfd4 inotify_init1 getdents64 dup3 execve pidfd_open */
#include <dirent.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

#include "child.h"

/* A descriptor of the child is another name of the parent's open file: offset, flags and what is behind it are one, numbers
 * and close-on-exec are its own; exec closes those that it should. */
static void count_fds(const char *who, int low, int n)
{
    int there = 0, closes = 0;
    for (int fd = low; fd < low + n; fd++) {
        int f = fcntl(fd, F_GETFD);
        there += f >= 0;
        closes += f == FD_CLOEXEC;
    }
    printf("%s: %d there, %d close on exec\n", who, there, closes);
}

int main(int argc, char **argv)
{
    int fd, null, low, ep, ev, tm, sg, in, status;
    char buf[64];
    uint64_t v = 0;
    struct rlimit rl;
    if (argc > 1) {
        count_fds("after exec", atoi(argv[1]), atoi(argv[2]));
        MUST(fcntl(atoi(argv[1]), F_GETFD) >= 0 && lseek(atoi(argv[1]), 0, SEEK_CUR) == 3);
        MUST(lseek(atoi(argv[1]), 1, SEEK_SET) == 1);
        return 0;
    }
    snprintf(buf, sizeof(buf), "%s", argv[0]);
    int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    MUST(self >= 0);
    scratch();
    put_file("f", "0123456789");
    MUST((fd = open("f", O_RDWR | O_APPEND)) >= 0);
    show_status("child", IN_CHILD({
                    MUST(read(fd, buf, 4) == 4);
                    MUST(fcntl(fd, F_SETFL, O_NONBLOCK) == 0);
                    MUST(fcntl(fd, F_SETFD, FD_CLOEXEC) == 0);
                }));
    MUST(read(fd, buf, 2) == 2);
    printf("read %.2s, appends %d, does not block %d, closes on exec %d\n", buf, !!(fcntl(fd, F_GETFL) & O_APPEND),
           !!(fcntl(fd, F_GETFL) & O_NONBLOCK), fcntl(fd, F_GETFD));
    DIR *d = opendir(".");
    MUST(d);
    show_status("child reads the directory", IN_CHILD({
                    int n = 0;
                    while (readdir(d))
                        n++;
                    printf("%d entries\n", n);
                }));
    show("rest of the directory", raw(getdents64, dirfd(d), buf, sizeof(buf)));

    MUST((ev = eventfd(3, EFD_NONBLOCK)) >= 0 && (ep = epoll_create1(0)) >= 0);
    struct epoll_event ee = {.events = EPOLLIN, .data.u32 = 8};
    MUST(epoll_ctl(ep, EPOLL_CTL_ADD, ev, &ee) == 0);
    MUST((tm = timerfd_create(CLOCK_MONOTONIC, 0)) >= 0);
    MUST((in = inotify_init1(IN_NONBLOCK)) >= 0 && inotify_add_watch(in, ".", IN_CREATE) >= 0);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    MUST((sg = signalfd(-1, &set, SFD_NONBLOCK)) >= 0);
    raise(SIGUSR1);
    show_status("child", IN_CHILD({
                    struct itimerspec its = {.it_value = {0, 1}};
                    MUST(read(ev, &v, 8) == 8 && v == 3);
                    MUST(epoll_wait(ep, &ee, 1, 0) == 0);
                    ee.data.u32 = 9;
                    MUST(epoll_ctl(ep, EPOLL_CTL_MOD, ev, &ee) == 0);
                    MUST(timerfd_settime(tm, 0, &its, NULL) == 0);
                    put_file("new", "");
                    struct signalfd_siginfo si;
                    show("signal of the parent", read(sg, &si, sizeof(si)));
                    v = 40;
                    MUST(write(ev, &v, 8) == 8);
                }));
    MUST(epoll_wait(ep, &ee, 1, 0) == 1);
    MUST(read(ev, &v, 8) == 8);
    printf("epoll %u, event %lu", ee.data.u32, (unsigned long) v);
    MUST(read(tm, &v, 8) == 8);
    printf(", timer %lu, inotify %d", (unsigned long) v, read(in, &(char[512]){0}, 512) > 0);
    struct signalfd_siginfo si;
    printf(", signal %u\n", read(sg, &si, sizeof(si)) == sizeof(si) ? si.ssi_signo : 0);

    /* many: those that close on exec, and those that do not, with their offset */
    MUST(getrlimit(RLIMIT_NOFILE, &rl) == 0);
    int max = how_often(1000, 10000);
    max = rl.rlim_cur < (unsigned) max + 64 ? (int) rl.rlim_cur - 64 : max;
    MUST(lseek(fd, 3, SEEK_SET) == 3);
    MUST((null = open("/dev/null", O_RDONLY)) >= 0 && (low = fcntl(fd, F_DUPFD, 40)) == 40);
    for (int i = 1; i < max; i++)
        MUST(dup3(i % 3 == 0 ? fd : null, low + i, i % 3 == 1 ? O_CLOEXEC : 0) == low + i);
    bool same = true;
    for (int round = 0; round < 2; round++) {
        char first[16], number[16];
        snprintf(first, sizeof(first), "%d", low);
        snprintf(number, sizeof(number), "%d", max - 1);
        pid_t pid = round ? vfork() : fork();
        MUST(pid >= 0);
        if (pid == 0) {
            char *args[] = {argv[0], first, number, NULL}, *env[] = {NULL};
            raw(execveat, self, "", args, env, AT_EMPTY_PATH);
            _exit(126);
        }
        CHECK(waitpid(pid, &status, 0) == pid);
        if (max - 1 == how_often(999, 9999))
            show_status("exec", status);
        same = same && lseek(fd, 0, SEEK_CUR) == 1;
        MUST(lseek(fd, 3, SEEK_SET) == 3);
    }
    CHECK(same);
    MUST(IN_CHILD(CHECK(raw(close_range, low, low + max, 0) == 0)) == 0);
    int left = 0;
    for (int i = 0; i < max; i++)
        left += fcntl(low + i, F_GETFD) >= 0;
    CHECK(left == max);
    return t_end();
}
