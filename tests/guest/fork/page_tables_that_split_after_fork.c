/* covers: fork mprotect munmap madvise mremap */
#include "fault.h"
#include "snapshot.h"

/* A large region of huge pages; after the fork one side cuts it up, page by page, and the other's stays whole. */
enum { SIZE = 16 << 20 };

static char *fresh(void)
{
    char *p = map_anon(SIZE, PROT_READ | PROT_WRITE);
    madvise(p, SIZE, MADV_HUGEPAGE);
    mark(p, SIZE, T_PAGE, 1);
    return p;
}

static void cut(char *p)
{
    for (size_t i = 0; i < SIZE; i += 64 * T_PAGE) {
        MUST(mprotect(p + i, T_PAGE, PROT_READ) == 0);
        MUST(mprotect(p + i + 2 * T_PAGE, T_PAGE, PROT_NONE) == 0);
        MUST(munmap(p + i + 4 * T_PAGE, T_PAGE) == 0);
        MUST(madvise(p + i + 6 * T_PAGE, T_PAGE, MADV_DONTNEED) == 0);
        MUST(mremap(p + i + 8 * T_PAGE, T_PAGE, T_PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p + i + 10 * T_PAGE) ==
             p + i + 10 * T_PAGE);
    }
}

static void check_cut(char *p, uint32_t who)
{
    static const struct {
        int page;
        bool r, w;
    } want[] = {{0, true, false}, {1, true, true},   {2, false, false}, {4, false, false},
                {6, true, true},  {8, false, false}, {10, true, true},  {11, true, true}};
    int wrong = 0;
    for (size_t i = 0; i < SIZE; i += 64 * T_PAGE)
        for (unsigned k = 0; k < ARRAY_SIZE(want); k++) {
            volatile char *q = p + i + want[k].page * T_PAGE;
            wrong += FAULTS((void) *q) == want[k].r;
            wrong += FAULTS(q[100] = 1) == want[k].w;
            size_t is = i / T_PAGE + (size_t) (want[k].page == 10 ? 8 : want[k].page);
            if (want[k].r)
                wrong += *(volatile uint64_t *) q != (want[k].page == 6 ? 0 : (uint64_t) who << 32 | is);
        }
    printf("cut side: %d wrong\n", wrong);
}

int main(void)
{
    struct gate a, b;
    fault_catch();
    gate_init(&a);
    gate_init(&b);
    char *p = fresh();
    pid_t pid = fork();
    if (pid == 0) {
        gate_wait(&a);
        size_t wrong = marked_wrong(p, SIZE, T_PAGE, 1);
        mark(p, SIZE, T_PAGE, 3);
        wrong += marked_wrong(p, SIZE, T_PAGE, 3);
        printf("whole side: %zu wrong\n", wrong);
        _exit(0);
    }
    cut(p);
    gate_open(&a);
    show_wait("child", pid);
    check_cut(p, 1);
    munmap(p, SIZE);

    p = fresh();
    pid = fork();
    if (pid == 0) {
        cut(p);
        gate_open(&b);
        gate_wait(&a);
        check_cut(p, 1);
        _exit(0);
    }
    gate_wait(&b);
    size_t wrong = marked_wrong(p, SIZE, T_PAGE, 1);
    mark(p, SIZE, T_PAGE, 2);
    wrong += marked_wrong(p, SIZE, T_PAGE, 2);
    printf("whole side: %zu wrong\n", wrong);
    gate_open(&a);
    show_wait("child", pid);
    return t_end();
}
