/* covers: getuid getgid geteuid getegid getresuid getresgid getgroups setfsuid setfsgid */
#include "t.h"
#include <sys/auxv.h>

int main(void)
{
    unsigned r = 1, e = 2, s = 3, gr = 1, ge = 2, gs = 3, groups[128];
    char buf[8192], *p;
    long n;

    show("uid", raw(getuid));
    show("gid", raw(getgid));
    show("euid", raw(geteuid));
    show("egid", raw(getegid));
    show("getresuid", raw(getresuid, &r, &e, &s));
    show("getresgid", raw(getresgid, &gr, &ge, &gs));
    printf("%u %u %u / %u %u %u\n", r, e, s, gr, ge, gs);
    CHECK(getauxval(AT_UID) == r && getauxval(AT_EUID) == e && getauxval(AT_GID) == gr && getauxval(AT_EGID) == ge);
    show("setfsuid asks", raw(setfsuid, -1) == (long) e);
    show("setfsgid asks", raw(setfsgid, -1) == (long) ge);
    n = raw(getgroups, 0, 0);
    show("groups", n);
    if (n > 0) {
        show("too few places", raw(getgroups, 0 + (n > 1 ? 1 : -1), groups));
        CHECK(raw(getgroups, 128, groups) == n);
        for (int i = 0; i < n; i++)
            printf("group %u\n", groups[i]);
        show("groups EFAULT", raw(getgroups, 128, BAD_PTR));
    }
    MUST(get_file("/proc/self/status", buf, sizeof(buf)) > 0);
    p = strstr(buf, "Uid:");
    MUST(p);
    *strchr(p, '\n') = 0;
    printf("%s\n", p);
    show("negative size", raw(getgroups, -1, groups));
    show("resuid EFAULT", raw(getresuid, BAD_PTR, &e, &s));
    show("resuid EFAULT last", raw(getresuid, &r, &e, BAD_PTR));
    show("resgid EFAULT", raw(getresgid, &gr, BAD_KERNEL, &gs));
    return t_end();
}
