/* covers: memfd_create fcntl mmap ftruncate */
#include "fault.h"

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif

int main(void)
{
    char *p, *q, buf[16];
    int fd = memfd_create("sealed", MFD_CLOEXEC | MFD_ALLOW_SEALING), plain = memfd_create("plain", 0);
    fault_catch();
    MUST(fd >= 0 && plain >= 0);
    show("seals", fcntl(fd, F_GET_SEALS));
    show("seals of a plain one", fcntl(plain, F_GET_SEALS));
    show("add to a plain one", fcntl(plain, F_ADD_SEALS, F_SEAL_SHRINK));
    MUST(write(fd, "hello", 5) == 5);
    MUST((p = mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)) != MAP_FAILED);
    CHECK(memcmp(p, "hello", 5) == 0);
    show("write seal while mapped", fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
    show("future write seal", fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE));
    show_write("the old mapping", p);
    show_ok("a new one for writing", (long) mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    show("write", write(fd, "x", 1));
    MUST((q = mmap(NULL, T_PAGE, PROT_READ, MAP_SHARED, fd, 0)) != MAP_FAILED);
    p[0] = 'H';
    CHECK(q[0] == 'H');
    show("reader made writer", mprotect(q, T_PAGE, PROT_READ | PROT_WRITE));
    MUST(munmap(p, T_PAGE) == 0);
    show("write seal", fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
    show("shrink and grow seals", fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW));
    show("shrink", ftruncate(fd, 1));
    show("grow", ftruncate(fd, 100));
    show("no more seals", fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL));
    show("really", fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL));
    show("seals", fcntl(fd, F_GET_SEALS));
    show("read", pread(fd, buf, sizeof(buf), 0));
    MUST((p = mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0)) != MAP_FAILED);
    p[0] = 'J';
    CHECK(q[0] == 'H');
    show("unknown flag", raw(memfd_create, "x", 0x80));
    show("name not there", raw(memfd_create, BAD_PTR, 0));
    static char name[300];
    memset(name, 'n', 249);
    show_ok("249 letters", raw(memfd_create, name, 0));
    memset(name, 'n', 250);
    show_ok("250 letters", raw(memfd_create, name, 0));
    return t_end();
}
