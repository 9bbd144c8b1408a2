/* covers: uselib _sysctl create_module get_kernel_syms query_module nfsservctl getpmsg putpmsg afs_syscall tuxcall security
 * vserver epoll_ctl_old epoll_wait_old set_thread_area get_thread_area */
#include "t.h"

int main(void)
{
    show("uselib", raw(uselib, BAD_PTR));
    show("_sysctl", raw(_sysctl, BAD_PTR));
    show("create_module", raw(create_module, BAD_PTR, 1));
    show("get_kernel_syms", raw(get_kernel_syms, BAD_PTR));
    show("query_module", raw(query_module, BAD_PTR, 0, BAD_PTR, 0, BAD_PTR));
    show("nfsservctl", raw(nfsservctl, 0, BAD_PTR, BAD_PTR));
    show("getpmsg", raw(getpmsg, 0, BAD_PTR, BAD_PTR, BAD_PTR, BAD_PTR));
    show("putpmsg", raw(putpmsg, 0, BAD_PTR, BAD_PTR, 0, 0));
    show("afs_syscall", raw(afs_syscall));
    show("tuxcall", raw(tuxcall));
    show("security", raw(security));
    show("vserver", raw(vserver));
    show("epoll_ctl_old", raw(epoll_ctl_old));
    show("epoll_wait_old", raw(epoll_wait_old));
    show("set_thread_area", raw(set_thread_area, BAD_PTR));
    show("get_thread_area", raw(get_thread_area, BAD_PTR));
    return t_end();
}
