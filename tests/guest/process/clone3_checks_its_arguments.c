/* covers: clone3 */
#include <sched.h>

#include "child.h"

struct args {
    uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size, cgroup;
    uint64_t more[4];
};

#define CLONE_CLEAR_SIGHAND_ 0x100000000ull

static char stack[65536] __attribute__((aligned(16)));
static volatile int seen;

static long clone3(struct args *a, size_t size)
{
    return raw(clone3, a, size);
}

static void refused(const char *name, struct args a, size_t size)
{
    long r = clone3(&a, size);
    if (r == 0)
        _exit(99);
    show(name, r > 0 ? 1 : r);
    if (r > 0)
        show_wait("  it ended", (pid_t) r);
}

static void never(int sig)
{
    (void) sig;
    _exit(98);
}

int main(void)
{
    struct args a = {.exit_signal = SIGCHLD}, b;
    int tid = 0, fd = -1, one = 1;
    long pid;

    pid = clone3(&a, 64);
    MUST(pid >= 0);
    if (pid == 0)
        _exit(1);
    show_wait("smallest", (pid_t) pid);
    pid = clone3(&a, 88);
    if (pid == 0)
        _exit(2);
    show_wait("with cgroup", (pid_t) pid);
    pid = clone3(&a, sizeof(a));
    if (pid == 0)
        _exit(3);
    show_wait("larger than known, zeros", (pid_t) pid);

    b = a;
    b.flags = CLONE_PARENT_SETTID | CLONE_PIDFD;
    b.parent_tid = (uintptr_t) &tid;
    b.pidfd = (uintptr_t) &fd;
    pid = clone3(&b, 88);
    if (pid == 0)
        _exit(4);
    CHECK(tid == pid && fd >= 0);
    show_wait("tid and pidfd", (pid_t) pid);

    /* a stack of its own: given as lowest address and size */
    __asm__ volatile("mov %[nr], %%eax\n\t"
                     "syscall\n\t"
                     "test %%rax, %%rax\n\t"
                     "jnz 1f\n\t"
                     "mov %%rsp, %[seen]\n\t"
                     "mov %[exit], %%eax\n\t"
                     "mov $5, %%edi\n\t"
                     "syscall\n\t"
                     "1:"
                     : "=&a"(pid), [seen] "=m"(seen)
                     : [nr] "i"(SYS_clone3), [exit] "i"(SYS_exit_group),
                       "D"(&(struct args){.flags = CLONE_VM | CLONE_VFORK,
                                          .exit_signal = SIGCHLD,
                                          .stack = (uintptr_t) stack,
                                          .stack_size = sizeof(stack)}),
                       "S"(88ul)
                     : "rcx", "r11", "memory");
    CHECK((uint32_t) seen == (uint32_t) (uintptr_t) (stack + sizeof(stack)));
    show_wait("own stack", (pid_t) pid);

    refused("too small", a, 63);
    refused("size 0", a, 0);
    refused("larger than a page", a, 4097);
    b = a;
    b.more[3] = 1;
    refused("unknown tail", b, sizeof(b));
    show("not there", raw(clone3, BAD_PTR, 88));
    show("not there at all", raw(clone3, NULL, 88));
    b = a;
    b.flags = 1ull << 40;
    refused("unknown flag", b, 88);
    b = a;
    b.flags = SIGCHLD;
    refused("signal among the flags", b, 88);
    b = a;
    b.exit_signal = 65;
    refused("exit signal 65", b, 88);
    b = a;
    b.exit_signal = 1ull << 32;
    refused("exit signal 2^32", b, 88);
    b = a;
    b.stack = (uintptr_t) stack;
    refused("stack without size", b, 88);
    b = a;
    b.stack_size = 4096;
    refused("size without stack", b, 88);
    b = a;
    b.stack = 1ul << 47;
    b.stack_size = 8192;
    refused("stack above the programs' half", b, 88);
    b.stack = -4096ul;
    refused("stack around the end", b, 88);
    b = a;
    b.flags = CLONE_PIDFD | CLONE_PARENT_SETTID;
    b.pidfd = b.parent_tid = (uintptr_t) &fd;
    refused("one word for both", b, 88);
    show("one word for both by clone", raw(clone, CLONE_PIDFD | CLONE_PARENT_SETTID | SIGCHLD, 0, &fd, 0, 0));
    show("pidfd and detached", raw(clone, CLONE_PIDFD | CLONE_DETACHED | SIGCHLD, 0, &fd, 0, 0));
    b = a;
    b.set_tid = (uintptr_t) &one;
    refused("set_tid without size", b, 88);
    b.set_tid_size = 33;
    refused("set_tid too deep", b, 88);
    b.set_tid_size = 1;
    b.set_tid = (uintptr_t) BAD_PTR;
    refused("set_tid not there", b, 88);
    b.set_tid = (uintptr_t) &one;
    show_status("without privileges", IN_CHILD({
                    if (geteuid() == 0)
                        MUST(setresuid(65534, 65534, 65534) == 0);
                    one = 0x3ffff;
                    refused("set_tid", b, 88);
                    int more[32] = {0x3ffff, 0x3ffff};
                    struct args c = b;
                    c.set_tid = (uintptr_t) more;
                    c.set_tid_size = 32;
                    refused("more ids than namespaces", c, 88);
                    show("IPC of its own, semaphores not",
                         raw(clone, CLONE_NEWIPC | CLONE_SYSVSEM | SIGCHLD, 0, 0, 0, 0));
                    one = -1;
                    refused("set_tid below zero", b, 88);
                }));
    b = a;
    b.flags = CLONE_CLEAR_SIGHAND_ | CLONE_SIGHAND | CLONE_VM;
    refused("clear and share handlers", b, 88);
    b = a;
    b.flags = CLONE_DETACHED;
    refused("detached", b, 88);
    b = a;
    b.flags = 0x200000000ull;
    b.cgroup = 12345;
    refused("into no cgroup", b, 88);
    b.cgroup = 1;
    refused("into what is no cgroup", b, 88);
    b.cgroup = 1ull << 40;
    refused("into a cgroup by no descriptor", b, 88);
    b.cgroup = 1;
    refused("cgroup of a smaller structure", b, 80);
    if (geteuid() == 0) {
        show("IPC of its own, semaphores not", raw(clone, CLONE_NEWIPC | CLONE_SYSVSEM | SIGCHLD, 0, 0, 0, 0));
        one = 1;
        b = a;
        b.set_tid = (uintptr_t) &one;
        b.set_tid_size = 1;
        refused("taken id", b, 88);
    }

    signal(SIGUSR1, never);
    signal(SIGUSR2, SIG_IGN);
    b = a;
    b.flags = CLONE_CLEAR_SIGHAND_;
    pid = clone3(&b, 88);
    if (pid == 0) {
        struct sigaction s1, s2;
        sigaction(SIGUSR1, NULL, &s1);
        sigaction(SIGUSR2, NULL, &s2);
        _exit((s1.sa_handler == SIG_DFL) + 2 * (s2.sa_handler == SIG_IGN));
    }
    show_wait("handlers cleared", (pid_t) pid);
    show("nobody is left", waitpid(-1, NULL, 0));
    return t_end();
}
