/* covers: openat getdents64 readlink dup2 close_range */
#include <dirent.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "child.h"

static void list(const char *path)
{
    DIR *d = opendir(path);
    struct dirent *e;
    int n = 0, wrong = 0, own;
    MUST(d);
    own = dirfd(d);
    while ((e = readdir(d))) {
        if (e->d_name[0] == '.')
            continue;
        int fd = atoi(e->d_name);
        n += fd != own;
        wrong += fcntl(fd, F_GETFD) < 0;
    }
    int open_ = 0;
    for (int fd = 0; fd < 5000; fd++)
        open_ += fd != own && fcntl(fd, F_GETFD) >= 0;
    printf("%s: %d entries, %d of them not open, %d open\n", path, n, wrong, open_);
    closedir(d);
}

static void target(int fd)
{
    char path[64], buf[PATH_MAX] = "", *p;
    sprintf(path, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(path, buf, sizeof(buf) - 1);
    if (n < 0) {
        printf("%s\n", errname(errno));
        return;
    }
    buf[n] = 0;
    if (strncmp(buf, t_dir, strlen(t_dir)) == 0)
        memmove(buf, buf + strlen(t_dir), strlen(buf + strlen(t_dir)) + 1);
    /* inode numbers differ from run to run */
    if ((p = strchr(buf, '[')) && p[1] >= '0' && p[1] <= '9')
        strcpy(p, "[n]");
    printf("%s\n", buf);
}

int main(void)
{
    int p[2], f;
    char buf[512], *text;
    struct rlimit most;
    MUST(getrlimit(RLIMIT_NOFILE, &most) == 0);
    most.rlim_cur = most.rlim_cur < 1000 ? 1000 : most.rlim_cur;
    MUST(setrlimit(RLIMIT_NOFILE, &most) == 0);
    scratch();
    list("/proc/self/fd");
    MUST(pipe(p) == 0);
    MUST((f = open("a file", O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) >= 0);
    MUST(write(f, "0123456789", 10) == 10 && lseek(f, 4, SEEK_SET) == 4);
    MUST(dup2(f, 900) == 900);
    int fds[] = {p[0],
                 p[1],
                 f,
                 socket(AF_UNIX, SOCK_STREAM, 0),
                 epoll_create1(0),
                 eventfd(0, 0),
                 memfd_create("mem", 0),
                 open("/dev/null", O_RDONLY),
                 open("/", O_RDONLY),
                 open("/etc", O_PATH),
                 900,
                 899};
    for (unsigned i = 0; i < ARRAY_SIZE(fds); i++)
        target(fds[i]);
    list("/proc/self/fd");
    list("/proc/thread-self/fd");
    list("/proc/self/fdinfo");
    MUST(unlink("a file") == 0);
    target(f);
    sprintf(buf, "/proc/self/fdinfo/%d", f);
    char info[512];
    MUST(get_file(buf, info, sizeof(info)) > 0);
    if ((text = strstr(info, "mnt_id")))
        *text = 0;
    printf("%s", info);
    /* opening the link opens the file anew */
    sprintf(buf, "/proc/self/fd/%d", f);
    int again = open(buf, O_RDONLY);
    MUST(again >= 0);
    printf("new offset %ld, old %ld\n", (long) lseek(again, 0, SEEK_CUR), (long) lseek(f, 0, SEEK_CUR));
    CHECK(read(again, info, 10) == 10 && memcmp(info, "0123456789", 10) == 0);
    sprintf(buf, "/proc/self/fd/%d", p[0]);
    int rd = open(buf, O_RDONLY | O_NONBLOCK);
    CHECK(rd >= 0 && write(p[1], "pipe", 4) == 4 && read(rd, info, 10) == 4);
    show("one that is not open", open("/proc/self/fd/3999", O_RDONLY));
    show("no number", open("/proc/self/fd/x", O_RDONLY));
    /* everything may be closed, and the list is empty but for itself */
    show_status("child", IN_CHILD({
                    MUST(raw(close_range, 3, ~0u, 0) == 0);
                    list("/proc/self/fd");
                }));
    return t_end();
}
