/* covers: unshare execve */
/* Whose children go into another pid namespace may not get the thread that a virtual machine needs: exec says so, or works. */
#include "child.h"
#include <sched.h>

int main(int argc, char **argv)
{
    if (argc > 1)
        return 0;
    int status = IN_CHILD({
        if (unshare(CLONE_NEWPID) && unshare(CLONE_NEWUSER | CLONE_NEWPID))
            _exit(0);
        execl("/proc/self/exe", argv[0], "x", NULL);
        _exit(errno == EAGAIN ? 0 : 1);
    });
    show_status("child", status);
    return t_end();
}
