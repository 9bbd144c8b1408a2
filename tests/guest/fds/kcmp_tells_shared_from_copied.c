/* covers: kcmp dup fork */
#include "t.h"

static void cmp(const char *what, long r)
{
    /* 0 equal, 1 and 2 an order that means nothing */
    printf("%s: %s\n", what, r < 0 ? errname(errno) : r == 0 ? "same" : "different");
}

int main(void)
{
    int a, b, c, pid = getpid(), child, p[2];

    a = open("/dev/null", O_RDONLY);
    b = dup(a);
    c = open("/dev/null", O_RDONLY);
    MUST(pipe(p) == 0);
    cmp("dup", raw(kcmp, pid, pid, 0, a, b));
    cmp("open twice", raw(kcmp, pid, pid, 0, a, c));
    cmp("memory of myself", raw(kcmp, pid, pid, 1, 0, 0));
    child = fork();
    if (child == 0) {
        char x;
        close(p[1]);
        _exit(read(p[0], &x, 1) != 0);
    }
    cmp("file of child", raw(kcmp, pid, child, 0, a, a));
    cmp("other file of child", raw(kcmp, pid, child, 0, a, c));
    cmp("memory of child", raw(kcmp, pid, child, 1, 0, 0));
    cmp("files of child", raw(kcmp, pid, child, 2, 0, 0));
    cmp("closed", raw(kcmp, pid, pid, 0, a, 99));
    cmp("bad type", raw(kcmp, pid, pid, 99, 0, 0));
    cmp("nobody", raw(kcmp, pid, 0x3fffffff, 0, 0, 0));
    cmp("a negative process", raw(kcmp, -4, pid, 0, a, a));
    cmp("another", raw(kcmp, pid, -4100, 0, a, a));
    close(p[1]);
    show_wait("child", child);
    return t_end();
}
