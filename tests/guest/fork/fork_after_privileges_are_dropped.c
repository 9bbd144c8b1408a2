/* covers: setresuid setresgid fork execve getuid */
#include "child.h"

/* A process that has become nobody forks, execs and makes threads as before. */
int main(void)
{
    if (geteuid() == 0) {
        MUST(setresgid(65534, 65534, 65534) == 0);
        MUST(setresuid(65534, 65534, 65534) == 0);
    }
    uid_t uid = getuid();
    show_status("child", IN_CHILD({
                    CHECK(getuid() == uid && geteuid() == uid);
                    show_status("grandchild", IN_CHILD(_exit(getuid() == uid ? 3 : 4)));
                }));
    show_status("exec", IN_CHILD(execl("/bin/sh", "sh", "-c", "exit 9", (char *) NULL)));
    show_status("vfork", ({
                    pid_t pid = vfork();
                    if (pid == 0)
                        _exit(6);
                    reap(pid);
                }));
    return t_end();
}
