/* covers: chroot */
/* svm: no (differs from native on purpose: see known-differences) */
#include "t.h"

int main(void)
{
    pid_t pid;

    scratch();
    MUST(mkdir("new", 0755) == 0);
    put_file("new/file", "inside");
    show("absent", raw(chroot, "none"));
    show("bad path", raw(chroot, BAD_PTR));
    pid = fork();
    if (pid == 0) {
        if (show("chroot", raw(chroot, "new")) == 0)
            show("file at root", access("/file", F_OK));
        _exit(0);
    }
    show_wait("child", pid);
    return t_end();
}
