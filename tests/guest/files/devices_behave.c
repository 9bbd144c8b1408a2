/* covers: open read write mmap lseek fstat */
#include "t.h"
#include <sys/sysmacros.h>

int main(void)
{
    static const char *const names[] = {"/dev/null",   "/dev/zero",    "/dev/full",
                                        "/dev/random", "/dev/urandom", "/dev/tty"};
    char buf[64];
    char *p;
    struct stat st;
    int fd;

    for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
        MUST(stat(names[i], &st) == 0);
        printf("-- %s type %o device %u:%u\n", names[i], st.st_mode & S_IFMT, major(st.st_rdev), minor(st.st_rdev));
        fd = open(names[i], O_RDWR | O_NOCTTY);
        show_ok("open", fd);
        if (fd < 0)
            continue;
        memset(buf, 'x', sizeof(buf));
        show("read", read(fd, buf, sizeof(buf)));
        printf("zeros %d\n", memcmp(buf, (char[64]){0}, 64) == 0);
        if (i < 3)
            show("write", write(fd, "x", 1));
        show("seek", lseek(fd, 100, SEEK_SET));
        show("read EFAULT", raw(read, fd, BAD_PTR, 10));
        close(fd);
    }
    fd = open("/dev/zero", O_RDWR);
    p = mmap(NULL, 2 * T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    MUST(p != MAP_FAILED);
    show("private zero", p[T_PAGE] == 0);
    strcpy(p, "mine");
    p = mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    MUST(p != MAP_FAILED);
    if (fork() == 0) {
        strcpy(p, "child wrote");
        _exit(0);
    }
    show_wait("child", -1);
    printf("%s\n", p);
    show("below a device", open("/dev/null/x", O_RDONLY));
    show("standard input by name", open("/dev/stdin", O_RDONLY) >= 0);
    return t_end();
}
