/* covers: clone arch_prctl clone3 */
#include "t.h"
#include <asm/prctl.h>
#include <linux/sched.h>
#include <sched.h>

int main(void)
{
    static const unsigned long bad[] = {0x8000000000000000ul, 0x0000800000000000ul, 0xffff800000000000ul, ~0ul,
                                        0x7ffffffff000ul};
    static char stack[65536] __attribute__((aligned(16)));

    for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
        struct clone_args ca = {.flags = CLONE_SETTLS, .exit_signal = SIGCHLD, .tls = bad[i]};
        long pid;

        show("set fs", raw(arch_prctl, ARCH_SET_FS, bad[i]));
        show("set gs", raw(arch_prctl, ARCH_SET_GS, bad[i]));
        pid = raw(clone, CLONE_SETTLS | SIGCHLD, 0, 0, 0, bad[i]);
        if (pid == 0)
            raw(exit_group, 1);
        show("fork", pid > 0 ? 0 : pid);
        if (pid > 0)
            show_wait("child", (pid_t) pid);
        pid = raw(clone3, &ca, sizeof ca);
        if (pid == 0)
            raw(exit_group, 1);
        show("clone3", pid > 0 ? 0 : pid);
        if (pid > 0)
            show_wait("child", (pid_t) pid);
        pid = raw(clone, CLONE_SETTLS | CLONE_VM | CLONE_VFORK | SIGCHLD, stack + sizeof stack, 0, 0, bad[i]);
        if (pid == 0)
            raw(exit_group, 1);
        show("vfork", pid > 0 ? 0 : pid);
        if (pid > 0)
            show_wait("child", (pid_t) pid);
    }
    return t_end();
}
