/* Fork as a snapshot: the child looks at memory only after its parent has written to all of it, and the other way
 * round. A page that neither side touched before is as frozen as any other. */
#ifndef SNAPSHOT_H
#define SNAPSHOT_H

#include "child.h"

/* Give every page from `p` on a mark that tells the page and who wrote it. */
T_UNUSED static void mark(volatile char *p, size_t size, size_t step, uint32_t who)
{
    for (size_t i = 0; i < size; i += step)
        *(volatile uint64_t *) (p + i) = (uint64_t) who << 32 | (uint32_t) (i / step);
}

T_UNUSED static size_t marked_wrong(const volatile char *p, size_t size, size_t step, uint32_t who)
{
    size_t wrong = 0;
    for (size_t i = 0; i < size; i += step)
        wrong += *(const volatile uint64_t *) (p + i) != ((uint64_t) who << 32 | (uint32_t) (i / step));
    return wrong;
}

/* Parent marks 1, forks, marks 2; the child must find 1 on every page, marks 3; the parent must find 2. */
T_UNUSED static void snapshot_of(const char *name, volatile char *p, size_t size, size_t step)
{
    struct gate written, looked;
    gate_init(&written);
    gate_init(&looked);
    mark(p, size, step, 1);
    pid_t pid = fork();
    MUST(pid >= 0);
    if (pid == 0) {
        gate_wait(&written);
        size_t wrong = marked_wrong(p, size, step, 1);
        mark(p, size, step, 3);
        gate_open(&looked);
        gate_wait(&written);
        wrong += marked_wrong(p, size, step, 3);
        printf("%s: child finds %zu wrong\n", name, wrong);
        _exit(wrong != 0);
    }
    mark(p, size, step, 2);
    gate_open(&written);
    gate_wait(&looked);
    size_t wrong = marked_wrong(p, size, step, 2);
    gate_open(&written);
    int status = reap(pid);
    printf("%s: parent finds %zu wrong, child ends with %d\n", name, wrong, WEXITSTATUS(status));
    CHECK(status == 0);
    for (int i = 0; i < 2; i++) {
        close(written.fd[i]);
        close(looked.fd[i]);
    }
}

#endif
