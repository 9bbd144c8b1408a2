/* covers: file_getattr file_setattr ioctl */
#include "t.h"

struct fattr {
    uint64_t xflags;
    uint32_t extsize, nextents, projid, cowextsize;
};

int main(void)
{
    struct fattr a = {0};
    int dir;

    scratch();
    put_file("f", "x");
    dir = open(".", O_RDONLY);
    show("get", raw(file_getattr, dir, "f", &a, sizeof(a), 0));
    printf("project %u\n", a.projid);
    show("set the same", raw(file_setattr, dir, "f", &a, sizeof(a), 0));
    show("short", raw(file_getattr, dir, "f", &a, 8, 0));
    show("bad buffer", raw(file_getattr, dir, "f", BAD_PTR, sizeof(a), 0));
    show("bad set buffer", raw(file_setattr, dir, "f", BAD_PTR, sizeof(a), 0));
    show("bad path", raw(file_getattr, dir, BAD_PTR, &a, sizeof(a), 0));
    show("bad flags", raw(file_getattr, dir, "f", &a, sizeof(a), 0x40000000));
    show("absent", raw(file_getattr, dir, "none", &a, sizeof(a), 0));
    show("closed", raw(file_setattr, 99, "f", &a, sizeof(a), 0));
    return t_end();
}
