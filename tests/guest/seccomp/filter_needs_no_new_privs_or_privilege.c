/* covers: seccomp prctl */
#include "../filter.h"

static long prog(void)
{
    return INSTALL(0, RET(SECCOMP_RET_ALLOW));
}

int main(void)
{
    struct sock_fprog empty = {0, NULL};
    /* As somebody who is not root. */
    SHOW_CHILD("unprivileged", {
        if (geteuid() == 0)
            MUST(setresgid(65534, 65534, 65534) == 0 && setresuid(65534, 65534, 65534) == 0);
        show("without", prog());
        show("empty comes first", raw(seccomp, SECCOMP_SET_MODE_FILTER, 0, &empty));
        show("flags come first", raw(seccomp, SECCOMP_SET_MODE_FILTER, 1u << 20, BAD_PTR));
        show("by prctl", raw(prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &empty, 0, 0));
        show("mode", raw(prctl, PR_GET_SECCOMP, 0, 0, 0, 0));
        no_new_privs();
        show("with", prog());
        MUST(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0);
        show("mode", raw(prctl, PR_GET_SECCOMP, 0, 0, 0, 0));
        show("status", status_field("/proc/self/status", "Seccomp:"));
        show("no new privileges", status_field("/proc/self/status", "NoNewPrivs:"));
    });
    return t_end();
}
