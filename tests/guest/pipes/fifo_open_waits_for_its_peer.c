/* covers: mknod open read write */
#include "t.h"

int main(void)
{
    char buf[8] = "";
    int fd;
    pid_t pid;

    scratch();
    MUST(mkfifo("fifo", 0600) == 0);
    show("write end alone", open("fifo", O_WRONLY | O_NONBLOCK));
    pid = fork();
    if (pid == 0) {
        fd = open("fifo", O_WRONLY);
        _exit(fd >= 0 && write(fd, "met", 3) == 3 ? 0 : 1);
    }
    fd = open("fifo", O_RDONLY);
    show_ok("open", fd);
    show("read", read(fd, buf, sizeof(buf)));
    printf("%s\n", buf);
    show_wait("writer", pid);
    show("end", read(fd, buf, 1));
    close(fd);
    fd = open("fifo", O_RDONLY | O_NONBLOCK);
    show_ok("read end alone", fd);
    show("no writer", read(fd, buf, 1));
    close(fd);
    fd = open("fifo", O_RDWR);
    show("both ends", write(fd, "me", 2));
    show("back", read(fd, buf, 8));
    return t_end();
}
