/* covers: pipe pipe2 read write close */
#include "t.h"

int main(void)
{
    char buf[16] = "";
    int p[2] = {-1, -1};

    show("pipe", raw(pipe, p));
    printf("ends %d %d\n", p[0], p[1]);
    show("write", write(p[1], "hello", 5));
    show("write", write(p[1], " you", 4));
    show("read some", read(p[0], buf, 3));
    show("read rest", read(p[0], buf + 3, 13));
    printf("%s\n", buf);
    show("write to read end", write(p[0], "x", 1));
    show("read from write end", read(p[1], buf, 1));
    close(p[1]);
    show("end of file", read(p[0], buf, 1));
    show("pipe2", raw(pipe2, p, O_CLOEXEC | O_NONBLOCK));
    show("flags", fcntl(p[0], F_GETFD));
    show("nonblocking", !!(fcntl(p[1], F_GETFL) & O_NONBLOCK));
    show("empty", read(p[0], buf, 1));
    show("bad flags", raw(pipe2, p, O_TRUNC));
    show("bad pointer", raw(pipe, BAD_PTR));
    show("over the edge", raw(pipe2, at_edge(4), 0));
    show("nothing leaked", open("/dev/null", O_RDONLY));
    return t_end();
}
