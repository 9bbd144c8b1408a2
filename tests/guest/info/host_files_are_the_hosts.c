/* covers: openat read getdents64 readlink */
#include "t.h"
#include <dirent.h>

static void sum(const char *path)
{
    static unsigned char buf[1 << 16];
    unsigned long h = 5381, total = 0;
    int fd = open(path, O_RDONLY);
    ssize_t n;

    if (fd < 0) {
        show(path, -1);
        return;
    }
    while ((n = read(fd, buf, sizeof(buf))) > 0)
        for (ssize_t i = 0; i < n; i++, total++)
            h = h * 33 + buf[i];
    close(fd);
    printf("%s: %lu bytes %lx\n", path, total, h);
}

int main(void)
{
    char name[64], buf[256];
    struct dirent *e;
    int me = 0, parent = 0;
    DIR *d;

    sum("/proc/version");
    sum("/proc/filesystems");
    sum("/proc/devices");
    sum("/proc/cmdline");
    sum("/proc/sys/kernel/osrelease");
    sum("/proc/sys/kernel/hostname");
    sum("/proc/sys/kernel/random/boot_id");
    sum("/proc/sys/fs/nr_open");
    sum("/sys/devices/system/cpu/online");
    sum("/sys/kernel/mm/transparent_hugepage/enabled");
    sum("/proc/self/cgroup");
    sum("/proc/self/loginuid");
    d = opendir("/proc");
    MUST(d);
    while ((e = readdir(d))) {
        me += atoi(e->d_name) == getpid();
        parent += atoi(e->d_name) == getppid();
    }
    closedir(d);
    printf("listed: me %d parent %d\n", me, getppid() ? parent : 1);
    snprintf(name, sizeof(name), "/proc/%d", getpid());
    show("my directory", access(name, X_OK));
    d = opendir("/proc/self/task");
    MUST(d);
    me = 0;
    while ((e = readdir(d)))
        me += e->d_name[0] != '.';
    closedir(d);
    show("threads", me);
    memset(buf, 0, sizeof(buf));
    show("mounts link", readlink("/proc/mounts", buf, sizeof(buf) - 1));
    printf("%s\n", buf);
    return t_end();
}
