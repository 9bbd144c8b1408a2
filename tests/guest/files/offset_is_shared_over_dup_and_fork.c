/* covers: lseek dup fork read wait4 */
#include "t.h"

int main(void)
{
    char buf[4] = "";
    int fd, copy, other;
    pid_t pid;

    scratch();
    put_file("f", "abcdefghij");
    fd = open("f", O_RDONLY);
    copy = dup(fd);
    other = open("f", O_RDONLY);
    MUST(fd >= 0 && copy >= 0 && other >= 0);
    show("read", read(fd, buf, 2));
    show("offset of dup", lseek(copy, 0, SEEK_CUR));
    show("offset of other", lseek(other, 0, SEEK_CUR));
    pid = fork();
    if (pid == 0) {
        if (read(copy, buf, 3) != 3)
            _exit(1);
        _exit(buf[0] == 'c' ? 0 : 2);
    }
    show_wait("child", pid);
    show("offset after child", lseek(fd, 0, SEEK_CUR));
    show("read", read(fd, buf, 1));
    printf("%c\n", buf[0]);
    show("end", lseek(fd, -1, SEEK_END));
    show("before start", lseek(fd, -100, SEEK_CUR));
    show("bad whence", lseek(fd, 0, 9));
    show("bad fd", lseek(99, 0, SEEK_SET));
    show("pipe", (pipe((int[2]){0, 0}), lseek(copy + 2, 0, SEEK_SET)));
    return t_end();
}
