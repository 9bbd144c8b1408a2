/* covers: process_vm_readv process_vm_writev */
#include <sys/uio.h>

#include "child.h"
#include "fault.h"

static long vm(bool write, pid_t pid, void *local, void *remote, size_t n)
{
    struct iovec l = {local, n}, r = {remote, n};
    return write ? process_vm_writev(pid, &l, 1, &r, 1, 0) : process_vm_readv(pid, &l, 1, &r, 1, 0);
}

int main(void)
{
    char *p = map_anon(4 * T_PAGE, PROT_READ | PROT_WRITE), buf[8192];
    struct gate ready, done;
    pid_t pid;
    memset(p, 'm', 4 * T_PAGE);
    MUST(munmap(p + 3 * T_PAGE, T_PAGE) == 0);
    show("own memory", vm(false, getpid(), buf, p, 100));
    CHECK(buf[0] == 'm' && buf[99] == 'm');
    show("own memory written", vm(true, getpid(), "abc", p, 3));
    CHECK(memcmp(p, "abcm", 4) == 0);
    show("up to a hole", vm(false, getpid(), buf, p + 3 * T_PAGE - 10, 20));
    show("from a hole", vm(false, getpid(), buf, p + 3 * T_PAGE, 20));
    show("into a hole", vm(false, getpid(), p + 3 * T_PAGE, p, 20));
    MUST(mprotect(p + T_PAGE, T_PAGE, PROT_READ) == 0);
    show("into read-only", vm(true, getpid(), buf, p + T_PAGE, 10));
    MUST(mprotect(p + T_PAGE, T_PAGE, PROT_NONE) == 0);
    show("from no rights", vm(false, getpid(), buf, p + T_PAGE, 10));
    struct iovec iov = {buf, 10};
    show("flags", raw(process_vm_readv, getpid(), &iov, 1, &iov, 1, 1));
    show("vector not there", raw(process_vm_readv, getpid(), BAD_PTR, 1, &iov, 1, 0));
    show("remote vector not there", raw(process_vm_readv, getpid(), &iov, 1, BAD_PTR, 1, 0));
    show("nothing", raw(process_vm_readv, getpid(), &iov, 0, &iov, 0, 0));

    gate_init(&ready);
    gate_init(&done);
    MUST((pid = fork()) >= 0);
    if (pid == 0) {
        strcpy(p, "the child's own words");
        gate_open(&ready);
        gate_wait(&done);
        printf("child sees: %s\n", p);
        _exit(0);
    }
    gate_wait(&ready);
    CHECK(memcmp(p, "abcm", 4) == 0);
    show("child's memory", vm(false, pid, buf, p, 22));
    printf("%s\n", buf);
    show("written", vm(true, pid, "her parent's", p + 2 * T_PAGE, 13));
    show("written", vm(true, pid, "THE", p, 3));
    CHECK(p[2 * T_PAGE] == 'm');
    gate_open(&done);
    show_wait("child", pid);
    show("no such process", vm(false, pid, buf, p, 10));
    return t_end();
}
