/* covers: openat setrlimit */
/* A program that may write no file may still read what /proc tells of it. */
#include "child.h"
#include <sys/resource.h>

int main(void)
{
    int status = IN_CHILD({
        struct rlimit lim = {0, 0};
        char buf[1 << 16];
        MUST(setgid(65534) == 0 || errno == EPERM);
        MUST(setuid(65534) == 0 || errno == EPERM);
        MUST(setrlimit(RLIMIT_FSIZE, &lim) == 0);
        CHECK(get_file("/proc/self/maps", buf, sizeof buf) > 0 && strstr(buf, "[stack]"));
        CHECK(get_file("/proc/self/status", buf, sizeof buf) > 0 && strstr(buf, "VmSize"));
        _exit(t_failures);
    });
    show_status("child", status);
    return t_end();
}
