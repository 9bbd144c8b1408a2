/* covers: ptrace */
#include <sys/ptrace.h>

#include "child.h"

int main(void)
{
    show("attach to nobody", ptrace(PTRACE_ATTACH, 0x3fffffff, NULL, NULL));
    show_status("child that asks to be traced", IN_CHILD({
                    show("traceme", ptrace(PTRACE_TRACEME, 0, NULL, NULL));
                    _exit(3);
                }));
    return t_end();
}
