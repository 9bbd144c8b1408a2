/* covers: memfd_create fcntl ftruncate mmap */
#include "t.h"

#ifndef F_ADD_SEALS
#define F_ADD_SEALS 1033
#define F_GET_SEALS 1034
#endif

int main(void)
{
    char link[64], text[128] = "", buf[8] = "";
    char *map;
    int fd, plain, again;

    fd = (int) raw(memfd_create, "name of it", 3);
    MUST(fd >= 0);
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    show("readlink", readlink(link, text, sizeof(text) - 1));
    printf("%s\n", text);
    show("descriptor flags", fcntl(fd, F_GETFD));
    show("write", write(fd, "sealed", 6));
    show("seals", fcntl(fd, F_GET_SEALS));
    show("add shrink and grow", fcntl(fd, F_ADD_SEALS, 6));
    show("grow", ftruncate(fd, 100));
    show("shrink", ftruncate(fd, 1));
    show("write over", pwrite(fd, "S", 1, 0));
    map = mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    MUST(map != MAP_FAILED);
    show("seal write while mapped", fcntl(fd, F_ADD_SEALS, 8));
    CHECK(memcmp(map, "Sealed", 6) == 0);
    munmap(map, T_PAGE);
    show("seal write", fcntl(fd, F_ADD_SEALS, 8));
    show("write", pwrite(fd, "x", 1, 0));
    show("writable shared", mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED ? -1 : 0);
    map = mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    MUST(map != MAP_FAILED);
    map[0] = 'p';
    show("file unchanged", pread(fd, buf, 6, 0));
    printf("%s\n", buf);
    show("seal seal", fcntl(fd, F_ADD_SEALS, 1));
    show("after seal", fcntl(fd, F_ADD_SEALS, 2));
    show("all seals", fcntl(fd, F_GET_SEALS));
    again = open(link, O_RDONLY);
    show_ok("reopened", again);
    plain = (int) raw(memfd_create, "", 0);
    show("without sealing", fcntl(plain, F_ADD_SEALS, 2));
    show("bad flags", raw(memfd_create, "x", 0x8000));
    show("bad name", raw(memfd_create, BAD_PTR, 0));
    show("seals of a file", (fd = open("/proc/version", O_RDONLY), fcntl(fd, F_GET_SEALS)));
    return t_end();
}
