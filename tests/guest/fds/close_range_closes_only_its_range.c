/* covers: close_range */
#include "t.h"

static void which(const char *what)
{
    printf("%s:", what);
    for (int i = 0; i < 3000; i++) {
        int f = fcntl(i, F_GETFD);
        if (f >= 0)
            printf(" %d%s", i, f ? "c" : "");
    }
    printf("\n");
}

static void reopen(void)
{
    for (int i = 3; i < 10; i++)
        MUST(dup2(0, i) == i);
    MUST(dup2(0, 500) == 500 && dup2(0, 1000) == 1000);
}

int main(void)
{
    pid_t pid;

    reopen();
    which("before");
    show("middle", raw(close_range, 4, 6, 0));
    which("after");
    reopen();
    show("cloexec", raw(close_range, 5, 7, 4));
    which("after");
    reopen();
    show("to the end", raw(close_range, 8, ~0u, 0));
    which("after");
    reopen();
    show("cloexec to the end", raw(close_range, 3, ~0u, 4));
    which("after");
    show("nothing open", raw(close_range, 600, 700, 0));
    show("wrong order", raw(close_range, 7, 6, 0));
    show("bad flag", raw(close_range, 3, 4, 8));
    pid = fork();
    if (pid == 0) {
        show("unshare", raw(close_range, 3, ~0u, 2));
        which("child");
        _exit(0);
    }
    show_wait("child", pid);
    which("parent");
    show("everything from 3", raw(close_range, 3, ~0u, 0));
    which("after");
    show("still works", open("/dev/null", O_RDONLY));
    return t_end();
}
