/* covers: ptrace */
/* cflags: -Wno-format */
#include "ptrace.h"

int main(void)
{
    struct gate g;
    pid_t p = waiting_child(&g);
    show("attach", ptrace(PTRACE_ATTACH, p, NULL, NULL));
    show_stop("stop", next_status(p));
    struct user_regs_struct u = regs_of(p);
    printf("code segment %llx\n", u.cs);
    show("detach", ptrace(PTRACE_DETACH, p, NULL, NULL));
    show("gone", ptrace(PTRACE_CONT, p, NULL, NULL));
    gate_open(&g);
    show_stop("end", next_status(p));
}
