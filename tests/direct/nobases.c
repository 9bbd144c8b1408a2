/* Run a program whose AT_HWCAP2 does not offer RDFSBASE and its kin, as before Linux 5.9 and on processors without them: a process that
 * is nobody's child looks on while it is executed, takes the bit out of what the kernel put on the stack, and ends. */
#include <elf.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define HWCAP2_FSGSBASE 2l

static long peek(pid_t p, unsigned long at)
{
    return ptrace(PTRACE_PEEKDATA, p, (void *) at, NULL);
}

static int take_out(pid_t p)
{
    int status;
    struct user_regs_struct r;
    while (waitpid(p, &status, __WALL) == p && status >> 8 != (SIGTRAP | PTRACE_EVENT_EXEC << 8))
        if (!WIFSTOPPED(status) ||
            ptrace(PTRACE_CONT, p, NULL, (void *) (long) WSTOPSIG(status))) /* the end of its child */
            return 1;
    if (ptrace(PTRACE_GETREGS, p, NULL, &r))
        return 1;
    unsigned long at = r.rsp + 8 * (1 + (unsigned long) peek(p, r.rsp) + 1);
    while (peek(p, at)) /* the environment */
        at += 8;
    for (at += 8; peek(p, at) != AT_NULL; at += 16)
        if (peek(p, at) == AT_HWCAP2 &&
            ptrace(PTRACE_POKEDATA, p, (void *) (at + 8), (void *) (peek(p, at + 8) & ~HWCAP2_FSGSBASE)))
            return 1;
    return ptrace(PTRACE_DETACH, p, NULL, NULL) != 0;
}

int main(int argc, char **argv)
{
    const pid_t self = getpid();
    int seized[2], status;
    char byte;
    if (argc < 2 || pipe(seized))
        return 125;
    prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0); /* where Yama asks */
    const pid_t between = fork();
    if (!between) {
        if (fork())
            _exit(0);
        close(seized[0]);
        if (ptrace(PTRACE_SEIZE, self, NULL, PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL) || write(seized[1], "", 1) != 1)
            _exit(1);
        close(seized[1]);
        _exit(take_out(self));
    }
    close(seized[1]);
    if (between < 0 || waitpid(between, &status, 0) != between || read(seized[0], &byte, 1) != 1)
        return 125;
    close(seized[0]);
    execv(argv[1], argv + 1);
    perror(argv[1]);
    return 127;
}
