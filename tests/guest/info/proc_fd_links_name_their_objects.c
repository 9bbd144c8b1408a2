/* covers: readlink eventfd2 epoll_create1 timerfd_create signalfd4 inotify_init1 pipe socket openat */
#include "t.h"
#include <sys/socket.h>

static void name(const char *what, int fd)
{
    char link[64], buf[256] = "", *p;
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    if (readlink(link, buf, sizeof(buf) - 1) < 0) {
        show(what, -1);
        return;
    }
    if ((p = strchr(buf, '[')) && p[1] >= '0' && p[1] <= '9') /* the inode number */
        strcpy(p + 1, "N]");
    printf("%s: %s\n", what, buf);
}

int main(void)
{
    uint64_t mask = 1, v = 7;
    char buf[1024], *p;
    int fds[2], fd;

    MUST(pipe(fds) == 0);
    name("pipe", fds[0]);
    name("socket", socket(AF_UNIX, SOCK_STREAM, 0));
    fd = (int) raw(eventfd2, 7, 0);
    name("eventfd", fd);
    snprintf(buf, sizeof(buf), "/proc/self/fdinfo/%d", fd);
    MUST(get_file(buf, buf, sizeof(buf)) > 0);
    p = strstr(buf, "eventfd-count:");
    MUST(p);
    printf("%.*s\n", (int) strcspn(p, "\n"), p);
    MUST(read(fd, &v, 8) == 8);
    name("epoll", (int) raw(epoll_create1, 0));
    name("timerfd", (int) raw(timerfd_create, 1, 0));
    name("signalfd", (int) raw(signalfd4, -1, &mask, 8, 0));
    name("inotify", (int) raw(inotify_init1, 0));
    name("memfd", (int) raw(memfd_create, "mem", 0));
    name("null", open("/dev/null", O_RDONLY));
    fd = open("/proc/version", O_RDONLY);
    name("proc", fd);
    MUST(lseek(fd, 5, SEEK_SET) == 5);
    snprintf(buf, sizeof(buf), "/proc/self/fdinfo/%d", fd);
    MUST(get_file(buf, buf, sizeof(buf)) > 0);
    printf("%.*s\n", (int) strcspn(buf, "\n"), buf);
    fd = open("/proc/self/status", O_RDONLY);
    snprintf(buf, sizeof(buf), "/proc/self/fd/%d", fd);
    show("status reopened", open(buf, O_RDONLY) >= 0);
    name("exe", open("/", O_RDONLY | O_DIRECTORY));
    name("closed", 999);
    return t_end();
}
