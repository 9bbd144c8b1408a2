/* covers: fork madvise */
/* long: yes (4 GiB of memory) */
/* memory: 8 GiB (a child that is a copy has as much) */
/* svm: no (more memory than the small host has) */
/* asan: no (as much again for its shadow) */
#include "snapshot.h"

/* Every page is there and marked; the parent rewrites some of them, the child looks at all. */
enum { CHANGED = 4096 };
static const size_t size = 4ul << 30;

int main(void)
{
    struct gate a;
    gate_init(&a);
    char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    MUST(p != MAP_FAILED);
    madvise(p, size, MADV_HUGEPAGE);
    mark(p, size, T_PAGE, 1);
    pid_t pid = fork();
    MUST(pid >= 0);
    if (pid == 0) {
        gate_wait(&a);
        size_t wrong = marked_wrong(p, size, T_PAGE, 1);
        printf("child finds %zu wrong\n", wrong);
        _exit(wrong != 0);
    }
    size_t step = size / CHANGED;
    for (size_t i = 0; i < size; i += step)
        p[i + 8] = 1;
    for (size_t i = 0; i < size; i += step)
        *(uint64_t *) (p + i) = 0;
    gate_open(&a);
    show_wait("child", pid);
    size_t wrong = 0;
    for (size_t i = 0; i < size; i += step)
        wrong += *(uint64_t *) (p + i) != 0 || p[i + 8] != 1 || *(uint32_t *) (p + i + T_PAGE + 4) != 1;
    printf("parent finds %zu wrong\n", wrong);
    return t_end();
}
