/* covers: mmap mremap munmap fork */
#include "fault.h"
#include "t.h"

/* Shared memory without a file that lies across borders of 2 MiB: a duplicate of it, of all or from its middle on, is the same memory. */
enum { BORDER = 2 << 20, SIZE = 3 * BORDER };

static char *place_for(size_t before)
{
    char *p = mmap(NULL, SIZE + 2 * BORDER, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    MUST(p != MAP_FAILED);
    p = (char *) (((uintptr_t) p + 2 * BORDER - 1) & -(uintptr_t) BORDER);
    /* used from the top down */
    for (int i = 2; i >= 0; i--) {
        MUST(mprotect(p + i * BORDER + T_PAGE, T_PAGE, PROT_READ | PROT_WRITE) == 0);
        p[i * BORDER + T_PAGE] = 1;
    }
    return p - before;
}

static void try(const char *name, int fd, size_t before, size_t size, size_t from)
{
    int flags = MAP_SHARED | MAP_FIXED | (fd < 0 ? MAP_ANONYMOUS : 0);
    char *p = mmap(place_for(before), size, PROT_READ | PROT_WRITE, flags, fd, 0);
    MUST(p != MAP_FAILED);
    char *q = mremap(p + from, 0, size - from, MREMAP_MAYMOVE);
    MUST(q != MAP_FAILED);
    size_t wrong = 0;
    for (size_t i = from; i < size; i += T_PAGE)
        p[i] = (char) (i / T_PAGE % 100 + 1);
    for (size_t i = from; i < size; i += T_PAGE)
        wrong += q[i - from] != (char) (i / T_PAGE % 100 + 1);
    pid_t pid = fork();
    if (pid == 0) {
        for (size_t i = from; i < size; i += T_PAGE)
            q[i - from] = 1;
        _exit(0);
    }
    show_wait(name, pid);
    for (size_t i = from; i < size; i += T_PAGE)
        wrong += p[i] != 1;
    char *r = mremap(q, size - from, size - from, MREMAP_MAYMOVE | MREMAP_FIXED, place_for(5 * T_PAGE));
    MUST(r != MAP_FAILED);
    for (size_t i = from; i < size; i += T_PAGE)
        p[i] = 2;
    for (size_t i = from; i < size; i += T_PAGE)
        wrong += r[i - from] != 2;
    printf("  %zu wrong\n", wrong);
    CHECK(munmap(p, size) == 0 && munmap(r, size - from) == 0);
}

int main(void)
{
    int fd = open("/dev/zero", O_RDWR);
    MUST(fd >= 0);
    try("in one piece", -1, 0, BORDER, 0);
    try("across a border", -1, 3 * T_PAGE, 64 * T_PAGE, 0);
    try("from before a border", -1, 3 * T_PAGE, 64 * T_PAGE, 2 * T_PAGE);
    try("from behind a border", -1, 3 * T_PAGE, 64 * T_PAGE, 5 * T_PAGE);
    try("across several", -1, T_PAGE, SIZE, 0);
    try("zero device across a border", fd, 3 * T_PAGE, 64 * T_PAGE, 0);
    return t_end();
}
