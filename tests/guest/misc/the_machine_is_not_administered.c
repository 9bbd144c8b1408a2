/* covers: acct swapon swapoff reboot quotactl quotactl_fd pivot_root iopl ioperm modify_ldt */
/* svm: no (differs from native on purpose: see known-differences) */
#include "t.h"

int main(void)
{
    show("acct", raw(acct, "/nonexistent/file"));
    show("swapon", raw(swapon, BAD_PTR, 0));
    show("swapoff", raw(swapoff, BAD_PTR));
    show("reboot", raw(reboot, 0, 0, 0, 0));
    show("quotactl", raw(quotactl, 0x7fffff00, BAD_PTR, 0, BAD_PTR));
    show("quotactl_fd", raw(quotactl_fd, -1, 0x7fffff00, 0, BAD_PTR));
    show("pivot_root", raw(pivot_root, BAD_PTR, BAD_PTR));
    show("iopl", raw(iopl, 9));
    show("ioperm", raw(ioperm, 70000, 1, 1));
    show("modify_ldt", raw(modify_ldt, 0, BAD_PTR, 16));
    show("fanotify of permissions", raw(fanotify_init, 0x4, 0));
    int fan = (int) raw(fanotify_init, 0, 0);
    /* an ordinary user has none to mark with, for the same reason */
    show("mark of a file system", fan >= 0 ? raw(fanotify_mark, fan, 0x101, 0x20, AT_FDCWD, ".") : -1);
    return t_end();
}
