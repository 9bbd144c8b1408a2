/* covers: mmap */
#include <cpuid.h>
#include <sys/mman.h>

#include "t.h"

/* As databases do that take a TiB of addresses at their start (less where the processor has no more than that for all of memory). */
int main(void)
{
    unsigned a = 0, b, c, d;
    MUST(__get_cpuid(0x80000008, &a, &b, &c, &d));
    const size_t tib = (size_t) 1 << 40, half = (size_t) 1 << ((a & 0xff) - 2), size = half < tib ? half : tib;
    int fd;
    MUST((fd = memfd_create("sparse", 0)) >= 0);
    MUST(ftruncate(fd, (off_t) size) == 0);
    for (int i = 0; i < 2; i++) {
        char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        show_ok("mapped", p == MAP_FAILED ? -1 : 0);
        if (p == MAP_FAILED)
            break;
        show("first byte", p[0]);
        show("in the middle", p[size / 2]);
        show("last byte", p[size - 1]);
        p[0] = p[size / 2] = p[size - 1] = 5;
        pid_t pid = fork();
        if (pid == 0) {
            p[size / 2] += p[size - 1];
            _exit(p[0]);
        }
        int status = -1;
        MUST(waitpid(pid, &status, 0) == pid);
        show("a child has it, too", WEXITSTATUS(status));
        show("and writes it", p[size / 2]);
        show_ok("unmapped", munmap(p, size));
    }
    return t_end();
}
