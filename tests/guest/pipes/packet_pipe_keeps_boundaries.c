/* covers: pipe2 read write */
#include "t.h"

#ifndef O_DIRECT
#define O_DIRECT 040000
#endif

int main(void)
{
    char buf[64] = "";
    int p[2];

    MUST(pipe2(p, O_DIRECT) == 0);
    MUST(write(p[1], "first", 5) == 5 && write(p[1], "second one", 10) == 10 && write(p[1], "3", 1) == 1);
    show("read", read(p[0], buf, sizeof(buf)));
    show("read short", read(p[0], buf, 4));
    show("rest is lost", read(p[0], buf, sizeof(buf)));
    printf("%c\n", buf[0]);
    show("packet flag", !!(fcntl(p[0], F_GETFL) & O_DIRECT));
    return t_end();
}
