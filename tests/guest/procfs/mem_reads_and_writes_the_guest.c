/* covers: pread64 pwrite64 lseek openat */
#include "child.h"
#include "fault.h"

static char secret[] = "the parent's own words";

int main(void)
{
    char buf[64], path[64], *p = map_anon(4 * T_PAGE, PROT_READ | PROT_WRITE);
    int fd = open("/proc/self/mem", O_RDWR);
    struct gate ready, done;
    show_ok("open", fd);
    memset(p, 'm', 4 * T_PAGE);
    MUST(munmap(p + 3 * T_PAGE, T_PAGE) == 0);
    MUST(mprotect(p + T_PAGE, T_PAGE, PROT_READ) == 0);
    MUST(mprotect(p + 2 * T_PAGE, T_PAGE, PROT_NONE) == 0);
    show("read", pread(fd, buf, sizeof(secret), (off_t) (uintptr_t) secret));
    printf("%s\n", buf);
    show("write", pwrite(fd, "THE", 3, (off_t) (uintptr_t) secret));
    printf("%s\n", secret);
    /* rights do not count here */
    show("read without rights", pread(fd, buf, 10, (off_t) (uintptr_t) (p + 2 * T_PAGE)));
    show("write to read-only", pwrite(fd, "w", 1, (off_t) (uintptr_t) (p + T_PAGE)));
    CHECK(p[T_PAGE] == 'w' && p[T_PAGE + 1] == 'm');
    show("still read-only", FAULTS(p[T_PAGE] = 1) ? 1 : 0);
    show("up to a hole", pread(fd, buf, 20, (off_t) (uintptr_t) (p + 3 * T_PAGE - 10)));
    show("a hole", pread(fd, buf, 10, (off_t) (uintptr_t) (p + 3 * T_PAGE)));
    show("write to a hole", pwrite(fd, buf, 10, (off_t) (uintptr_t) (p + 3 * T_PAGE)));
    show("address 16", pread(fd, buf, 10, 16));
    show("buffer not there", raw(pread64, fd, BAD_PTR, 10, secret));
    show("seek", lseek(fd, (off_t) (uintptr_t) secret, SEEK_SET) == (off_t) (uintptr_t) secret);
    show("read", read(fd, buf, 4));
    show("seek on", lseek(fd, 0, SEEK_CUR) == (off_t) (uintptr_t) secret + 4);
    show("from the end", lseek(fd, 0, SEEK_END));
    int ro = open("/proc/self/mem", O_RDONLY);
    show("write by a reader", pwrite(ro, "x", 1, (off_t) (uintptr_t) secret));

    gate_init(&ready);
    gate_init(&done);
    pid_t pid = fork();
    if (pid == 0) {
        strcpy(secret, "the child's");
        gate_open(&ready);
        gate_wait(&done);
        printf("child: %s\n", secret);
        _exit(0);
    }
    gate_wait(&ready);
    sprintf(path, "/proc/%d/mem", pid);
    int child = open(path, O_RDWR);
    show_ok("open the child's", child);
    memset(buf, 0, sizeof(buf));
    show("read it", pread(child, buf, 11, (off_t) (uintptr_t) secret));
    printf("%s\n", buf);
    show("write it", pwrite(child, "THE", 3, (off_t) (uintptr_t) secret));
    gate_open(&done);
    show_wait("child", pid);
    printf("parent: %s\n", secret);
    show("when it is gone", pread(child, buf, 11, (off_t) (uintptr_t) secret));
    return t_end();
}
