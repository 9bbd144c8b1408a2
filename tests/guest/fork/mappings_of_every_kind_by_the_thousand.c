/* covers: fork mmap */
/* svm: no (too much work for the emulated host) */
#include "snapshot.h"

/* Thousands of small mappings, neighbours of different kinds: private and shared, of files and of none, here and there. */
enum { KINDS = 4 };

int main(void)
{
    int fd, n = how_often(2000, 20000), bad = 0;
    struct gate a, b;
    char *at = (char *) 0x2d0000000000ul;
    scratch();
    gate_init(&a);
    gate_init(&b);
    MUST((fd = open("f", O_RDWR | O_CREAT, 0600)) >= 0 && ftruncate(fd, (off_t) n * T_PAGE) == 0);
    for (int i = 0; i < n; i++) {
        int flags = (i % KINDS & 1 ? MAP_SHARED : MAP_PRIVATE) | (i % KINDS & 2 ? MAP_ANONYMOUS : 0) | MAP_FIXED;
        char *p = at + ((size_t) i + (size_t) i / 64 * 700) * T_PAGE;
        MUST(mmap(p, T_PAGE, PROT_READ | PROT_WRITE, flags, i % KINDS & 2 ? -1 : fd, i % KINDS & 2 ? 0 : i * T_PAGE) ==
             p);
        *(int *) p = i;
    }
    pid_t pid = fork();
    MUST(pid >= 0);
    for (int who = 0; who < 2; who++) {
        if ((pid == 0) != who)
            continue;
        if (pid == 0)
            gate_wait(&a);
        for (int i = 0; i < n; i++) {
            int *p = (int *) (at + ((size_t) i + (size_t) i / 64 * 700) * T_PAGE);
            bad += *p != (pid == 0 && i % KINDS & 1 ? i + 100000 : i);
            if (pid)
                *p = i + 100000;
        }
        printf("%s: %d wrong\n", pid ? "parent" : "child", bad);
        if (pid == 0)
            _exit(bad != 0);
        gate_open(&a);
    }
    show_wait("child", pid);
    return t_end();
}
