/* covers: process_vm_readv process_vm_writev */
#include <sys/uio.h>

#include "child.h"

static char text[64] = "of the parent";
static char buf[3 * T_PAGE];

static long rd(pid_t pid, void *l, size_t ln, const void *r, size_t rn)
{
    struct iovec lv = {l, ln}, rv = {(void *) (uintptr_t) r, rn};
    return process_vm_readv(pid, &lv, 1, &rv, 1, 0);
}

static long wr(pid_t pid, const void *l, size_t ln, void *r, size_t rn)
{
    struct iovec lv = {(void *) (uintptr_t) l, ln}, rv = {r, rn};
    return process_vm_writev(pid, &lv, 1, &rv, 1, 0);
}

int main(void)
{
    struct gate ready, go;
    gate_init(&ready);
    gate_init(&go);
    char *two = mmap(NULL, 3 * T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(two != MAP_FAILED);
    pid_t pid = fork();
    if (pid == 0) {
        strcpy(text, "of the child");
        memset(two, 'c', 2 * T_PAGE);
        MUST(mprotect(two + T_PAGE, T_PAGE, PROT_READ) == 0 && munmap(two + 2 * T_PAGE, T_PAGE) == 0);
        gate_open(&ready);
        gate_wait(&go);
        printf("child has: %s\n", text);
        _exit(0);
    }
    gate_wait(&ready);
    show("read", rd(pid, buf, 64, text, 64));
    printf("%s\n", buf);
    show("write", wr(pid, "by the parent", 14, text, 14));
    printf("ours: %s\n", text);
    show("read of oneself", rd(getpid(), buf, 64, text, 64));
    show("two pages", rd(pid, buf, 2 * T_PAGE, two, 2 * T_PAGE));
    show("and one that is gone", rd(pid, buf, 3 * T_PAGE, two, 3 * T_PAGE));
    show("gone alone", rd(pid, buf, 10, two + 2 * T_PAGE, 10));
    show("writing into read-only", wr(pid, buf, 2 * T_PAGE, two, 2 * T_PAGE));
    show("read-only alone", wr(pid, buf, 10, two + T_PAGE, 10));
    show("to nowhere", rd(pid, BAD_PTR, 10, text, 10));
    show("less room", rd(pid, buf, 5, text, 10));
    show("less to read", rd(pid, buf, 10, text, 5));
    show("nothing", rd(pid, buf, 0, text, 0));
    show("from the kernel", rd(pid, buf, 10, BAD_KERNEL, 10));
    struct iovec l[2] = {{buf, 3}, {buf + 10, 5}}, r[3] = {{text, 1}, {text + 3, 4}, {two + 2 * T_PAGE, 5}};
    show("pieces", process_vm_readv(pid, l, 2, r, 3, 0));
    printf("%.3s %.5s\n", buf, buf + 10);
    show("flags", process_vm_readv(pid, l, 2, r, 2, 1));
    show("too many", process_vm_readv(pid, l, 1025, r, 1, 0));
    show("no pieces", process_vm_readv(pid, NULL, 0, r, 2, 0));
    show("none there", process_vm_readv(pid, l, 2, NULL, 0, 0));
    show("vector not there", process_vm_readv(pid, BAD_PTR, 1, r, 1, 0));
    show("their vector not there", process_vm_readv(pid, l, 1, BAD_PTR, 1, 0));
    show("no such process", rd(0x3fffffff, buf, 1, text, 1));
    show("process 0", rd(0, buf, 1, text, 1));
    gate_open(&go);
    reap(pid);
    show("ended", rd(pid, buf, 1, text, 1));
    return t_end();
}
