/* covers: wait4 kill setpgid */
#include <sys/resource.h>

#include "child.h"

int main(void)
{
    struct gate go;
    struct rusage ru;
    int status;
    pid_t pid, other;
    show("no children", wait4(-1, &status, 0, NULL));
    show("no children, no hang", wait4(-1, &status, WNOHANG, NULL));
    gate_init(&go);
    MUST((pid = fork()) >= 0);
    if (pid == 0) {
        gate_wait(&go);
        kill(getpid(), SIGSTOP);
        gate_wait(&go);
        _exit(9);
    }
    status = 4711;
    show("still runs", wait4(pid, &status, WNOHANG, &ru));
    CHECK(status == 4711);
    show("not a child", wait4(1, &status, WNOHANG, NULL));
    show("not a child at all", wait4(0x3fffffff, &status, 0, NULL));
    show("unknown option", wait4(pid, &status, 0x100, NULL));
    show("INT_MIN", wait4(INT_MIN, &status, WNOHANG, NULL));
    show("group of no children", wait4(-0x3fffffff, &status, WNOHANG, NULL));
    show("own group", wait4(0, &status, WNOHANG, NULL));
    gate_open(&go);
    CHECK(wait4(pid, &status, WUNTRACED, NULL) == pid);
    show_status("stopped", status);
    show("only once", wait4(pid, &status, WUNTRACED | WNOHANG, NULL));
    kill(pid, SIGCONT);
    CHECK(wait4(pid, &status, WCONTINUED, NULL) == pid);
    show_status("continued", status);
    gate_open(&go);
    CHECK(wait4(pid, &status, 0, &ru) == pid);
    show_status("ended", status);
    show("gone", wait4(pid, &status, 0, NULL));

    /* by group */
    MUST((pid = fork()) >= 0);
    if (pid == 0) {
        setpgid(0, 0);
        gate_wait(&go);
        _exit(1);
    }
    setpgid(pid, pid);
    MUST((other = fork()) >= 0);
    if (other == 0) {
        setpgid(0, pid);
        gate_wait(&go);
        _exit(1);
    }
    setpgid(other, pid);
    show("own group has none", wait4(0, &status, WNOHANG, NULL));
    show("their group runs", wait4(-pid, &status, WNOHANG, NULL));
    gate_open(&go);
    gate_open(&go);
    pid_t a = wait4(-pid, &status, 0, NULL), b = wait4(-pid, &status, 0, NULL);
    CHECK((a == pid && b == other) || (a == other && b == pid));

    /* a bad pointer: the child is gone all the same, as the kernel has it */
    MUST((pid = fork()) >= 0);
    if (pid == 0)
        _exit(0);
    show("status to nowhere", raw(wait4, pid, BAD_PTR, 0, 0));
    show("afterwards", raw(wait4, pid, &status, 0, 0));
    MUST((pid = fork()) >= 0);
    if (pid == 0)
        _exit(0);
    show("usage to nowhere", raw(wait4, pid, &status, 0, BAD_PTR));
    show("afterwards", raw(wait4, pid, &status, 0, 0));
    return t_end();
}
