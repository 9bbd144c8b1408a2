/* covers: fanotify_init fanotify_mark */
#include "t.h"

struct meta {
    uint32_t len;
    uint8_t vers, reserved;
    uint16_t metadata_len;
    uint64_t mask;
    int32_t fd, pid;
};

int main(void)
{
    struct meta m[8];
    char link[64], name[PATH_MAX] = "";
    int fan, fd;
    long n;

    scratch();
    put_file("f", "watched");
    fan = (int) raw(fanotify_init, 0x2 | 0x1, O_RDONLY);
    show_ok("fanotify_init", fan);
    if (fan >= 0) {
        show("mark", raw(fanotify_mark, fan, 1, 0x20, AT_FDCWD, "f"));
        show("nothing", read(fan, m, sizeof(m)));
        fd = open("f", O_RDONLY);
        n = read(fan, m, sizeof(m));
        show("event", n);
        if (n > 0) {
            printf("mask %x mine %d\n", (unsigned) m[0].mask, m[0].pid == getpid());
            snprintf(link, sizeof(link), "/proc/self/fd/%d", m[0].fd);
            CHECK(readlink(link, name, sizeof(name) - 1) > 0);
            printf("name %s\n", strrchr(name, '/') ? strrchr(name, '/') + 1 : name);
        }
        close(fd);
        show("remove mark", raw(fanotify_mark, fan, 2, 0x20, AT_FDCWD, "f"));
        show("mark absent", raw(fanotify_mark, fan, 1, 0x20, AT_FDCWD, "absent"));
        show("mark bad path", raw(fanotify_mark, fan, 1, 0x20, AT_FDCWD, BAD_PTR));
        show("mark nothing", raw(fanotify_mark, fan, 1, 0, AT_FDCWD, "f"));
    }
    show("bad flags", raw(fanotify_init, 0x80000000u, 0));
    show("not fanotify", raw(fanotify_mark, 0, 1, 0x20, AT_FDCWD, "f"));
    return t_end();
}
