/* covers: statfs fstatfs ustat sysfs */
#include "t.h"
#include <sys/vfs.h>

int main(void)
{
    struct statfs a, b;
    struct stat st;
    char buf[64] = "", ust[64];
    long proc;
    int fd;

    scratch();
    fd = open(".", O_RDONLY);
    MUST(fd >= 0 && raw(statfs, ".", &a) == 0 && raw(fstatfs, fd, &b) == 0);
    CHECK(a.f_type == b.f_type && a.f_bsize == b.f_bsize && a.f_blocks == b.f_blocks);
    printf("type %lx block %ld name %ld\n", (long) a.f_type, (long) a.f_bsize, (long) a.f_namelen);
    MUST(raw(statfs, "/proc", &a) == 0);
    printf("proc %lx\n", (long) a.f_type);
    show("absent", raw(statfs, "absent", &a));
    show("bad path", raw(statfs, BAD_PTR, &a));
    show("bad buffer", raw(statfs, ".", BAD_PTR));
    show("fstatfs bad buffer", raw(fstatfs, fd, BAD_KERNEL));
    show("bad fd", raw(fstatfs, 99, &a));

    MUST(stat("/proc", &st) == 0);
    show("ustat", raw(ustat, st.st_dev, ust));
    show("ustat nothing", raw(ustat, 0xfffff, ust));
    show("ustat bad buffer", raw(ustat, st.st_dev, BAD_PTR));

    CHECK(raw(sysfs, 3, 0, 0) > 3);
    proc = raw(sysfs, 1, "proc", 0);
    show_ok("sysfs index of proc", proc);
    show("sysfs index of nothing", raw(sysfs, 1, "nothing", 0));
    show("sysfs name", raw(sysfs, 2, proc, buf));
    printf("%s\n", buf);
    show("sysfs bad name", raw(sysfs, 1, BAD_PTR, 0));
    show("sysfs bad buffer", raw(sysfs, 2, 0, BAD_PTR));
    show("sysfs option", raw(sysfs, 4, 0, 0));
    return t_end();
}
