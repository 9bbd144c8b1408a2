/* covers: truncate ftruncate */
#include "t.h"

static void size_of(int fd)
{
    struct stat st;
    MUST(fstat(fd, &st) == 0);
    printf("size %ld\n", (long) st.st_size);
}

int main(void)
{
    char buf[16] = "";
    int fd, ro;

    scratch();
    put_file("f", "abcdefgh");
    fd = open("f", O_RDWR);
    ro = open("f", O_RDONLY);
    MUST(fd >= 0 && ro >= 0);
    show("cut", raw(ftruncate, fd, 3));
    size_of(fd);
    show("grow", raw(truncate, "f", 10));
    size_of(fd);
    show("read", pread(fd, buf, 16, 0));
    CHECK(memcmp(buf, "abc\0\0\0\0\0\0\0", 10) == 0);
    show("to nothing", raw(truncate, "f", 0));
    size_of(fd);
    show("beyond 4 GiB", raw(ftruncate, fd, 5000000000));
    size_of(fd);
    show("negative", raw(ftruncate, fd, -1));
    show("negative by name", raw(truncate, "f", -1));
    show("read only", raw(ftruncate, ro, 0));
    show("directory", raw(truncate, ".", 0));
    show("absent", raw(truncate, "absent", 0));
    show("bad path", raw(truncate, BAD_PTR, 0));
    show("bad fd", raw(ftruncate, 99, 0));
    show("pipe", (pipe((int *) buf), raw(ftruncate, *(int *) buf, 0)));
    return t_end();
}
