/* covers: unshare setns */
#include "t.h"

int main(void)
{
    char a[64] = "", b[64] = "", c[64] = "";
    int ns;
    pid_t pid;

    ns = open("/proc/self/ns/uts", O_RDONLY);
    show_ok("open", ns);
    MUST(readlink("/proc/self/ns/uts", a, sizeof(a) - 1) > 0);
    printf("%.4s\n", a);
    pid = fork();
    if (pid == 0) {
        if (show("unshare", raw(unshare, 0x04000000)) == 0) {
            MUST(readlink("/proc/self/ns/uts", b, sizeof(b) - 1) > 0);
            show("another one", strcmp(a, b) != 0);
            show("wrong kind", raw(setns, ns, 0x08000000));
            show("back", raw(setns, ns, 0x04000000));
            MUST(readlink("/proc/self/ns/uts", c, sizeof(c) - 1) > 0);
            show("the first one", strcmp(a, c) == 0);
        }
        _exit(0);
    }
    show_wait("child", pid);
    show("nothing", raw(unshare, 0));
    show("files", raw(unshare, 0x400));
    show("file system", raw(unshare, 0x200));
    show("semaphores", raw(unshare, 0x40000));
    show("bad flags", raw(unshare, 0x1));
    show("setns closed", raw(setns, 99, 0));
    show("setns file", raw(setns, open("/dev/null", O_RDONLY), 0));
    /* Which only a process with one thread may enter, its own too. */
    for (int i = 0; i < 2; i++) {
        ns = open(i ? "/proc/self/ns/time_for_children" : "/proc/self/ns/time", O_RDONLY);
        show("time", raw(setns, ns, 0x80));
        show("any", raw(setns, ns, 0));
        show("wrong kind", raw(setns, ns, 0x04000000));
    }
    return t_end();
}
