/* covers: name_to_handle_at open_by_handle_at */
/* sysroot: no (handles would open any file of the host, and are refused) */
#include "t.h"

struct handle {
    uint32_t bytes;
    int32_t type;
    unsigned char data[128];
};

int main(void)
{
    struct handle h = {.bytes = 0}, k;
    char buf[16] = "";
    int mnt = -1, mnt2 = -1, dir, fd;
    long r;

    scratch();
    put_file("f", "by handle");
    dir = open(".", O_RDONLY);
    r = raw(name_to_handle_at, dir, "f", &h, &mnt, 0);
    show("size asked", r);
    if (r < 0 && errno == EOVERFLOW) {
        CHECK(h.bytes > 0 && h.bytes <= 128);
        show("handle", raw(name_to_handle_at, dir, "f", &h, &mnt, 0));
        k = h;
        fd = open("f", O_PATH);
        show("by descriptor", raw(name_to_handle_at, fd, "", &k, &mnt2, AT_EMPTY_PATH));
        CHECK(k.bytes == h.bytes && memcmp(k.data, h.data, h.bytes) == 0 && mnt == mnt2);
        fd = (int) raw(open_by_handle_at, dir, &h, O_RDONLY);
        show_ok("open", fd);
        if (fd >= 0) {
            show("read", read(fd, buf, sizeof(buf)));
            printf("%s\n", buf);
        }
        h.type ^= 0x55;
        show("open garbage", raw(open_by_handle_at, dir, &h, O_RDONLY) == -1);
    }
    show("absent", raw(name_to_handle_at, dir, "absent", &h, &mnt, 0));
    show("bad handle", raw(name_to_handle_at, dir, "f", BAD_PTR, &mnt, 0));
    show("bad mount", raw(name_to_handle_at, dir, "f", &h, BAD_PTR, 0));
    show("bad flags", raw(name_to_handle_at, dir, "f", &h, &mnt, 0x40000000));
    h.bytes = 1000;
    show("too big", raw(name_to_handle_at, dir, "f", &h, &mnt, 0));
    show("open bad handle", raw(open_by_handle_at, dir, BAD_PTR, O_RDONLY));
    h.bytes = 0;
    show("open empty handle", raw(open_by_handle_at, dir, &h, O_RDONLY));
    return t_end();
}
