/* covers: uname sethostname setdomainname */
#include "t.h"
#include <sys/utsname.h>

int main(void)
{
    struct {
        char f[6][65];
    } u;
    static char longname[70];
    char buf[65] = "";
    ssize_t n;
    pid_t pid;

    show("uname", raw(uname, &u));
    for (int i = 0; i < 6; i++)
        printf("%s\n", u.f[i]);
    n = get_file("/proc/sys/kernel/osrelease", buf, sizeof(buf));
    CHECK(n > 0 && strncmp(buf, u.f[2], strlen(u.f[2])) == 0);
    show("EFAULT", raw(uname, BAD_PTR));
    show("over the edge", raw(uname, at_edge(100)));
    memset(longname, 'h', sizeof(longname));
    show("name too long", raw(sethostname, longname, 65));
    show("negative", raw(sethostname, longname, -1));
    show("name EFAULT", raw(sethostname, BAD_PTR, 5));
    show("domain too long", raw(setdomainname, longname, 65));
    show("domain EFAULT", raw(setdomainname, BAD_PTR, 5));
    pid = fork();
    if (pid == 0) {
        if (show("own names", raw(unshare, 0x04000000)) == 0) {
            show("sethostname", raw(sethostname, "guest-name", 10));
            show("setdomainname", raw(setdomainname, "guest.domain", 12));
            MUST(raw(uname, &u) == 0);
            printf("%s %s\n", u.f[1], u.f[5]);
        }
        _exit(0);
    }
    show_wait("child", pid);
    MUST(raw(uname, &u) == 0);
    printf("%s\n", u.f[1]);
    return t_end();
}
