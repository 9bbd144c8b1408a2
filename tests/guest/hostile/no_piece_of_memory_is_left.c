/* covers: mmap munmap mremap fork */
/* translated: no (the translator's own memory would be in the way) */
/* A program has mapped as much as there is room for, maybe. What cannot be moved or unmapped then is there as it was. */
#include "child.h"
#include "fault.h"
#include <sys/mman.h>

#define CHUNK (2ul << 20)
#define RW (PROT_READ | PROT_WRITE)
enum { LARGE = 600 };

static char *map(void *at, size_t size)
{
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | (at ? MAP_FIXED : 0);
    char *p = mmap(at, size, RW, flags, -1, 0);
    MUST(p != MAP_FAILED);
    return p;
}

/* Shared memory takes its place at once. A few pieces are taken between powers of two, so that some are left in the end. */
static void fill_up(size_t least)
{
    const size_t most = 1ul << 40;
    bool first = true;
    int fd = memfd_create("x", MFD_CLOEXEC), n = 0;
    MUST(fd >= 0 && ftruncate(fd, (off_t) most) == 0);
    for (size_t size = most; size >= least; size /= 2)
        for (; n < 8 && mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0) != MAP_FAILED; first = false) {
            n += size == most;
            if (first)
                mmap(NULL, 5 * CHUNK, PROT_READ, MAP_SHARED, fd, 0);
        }
}

int main(void)
{
    puts("begin");
    fault_catch();
    char *from = (char *) 0x2a0000000000, *to = (char *) 0x2b0000000000, *window = (char *) 0x2c0000000000;

    /* Two pieces that are no neighbours inside, and one of the two that they go to. */
    map(from, CHUNK)[1] = 1;
    map(from - (1ul << 30), CHUNK)[1] = 1;
    map(from + CHUNK, CHUNK)[1] = 2;
    map(to, CHUNK)[1] = 3;
    MUST(munmap(to, CHUNK) == 0);

    char *large = map(NULL, (LARGE + 1) * CHUNK);
    large += -(uintptr_t) large & (CHUNK - 1);
    MUST(madvise(large, LARGE * CHUNK, MADV_NOHUGEPAGE) == 0);
    for (size_t i = 0; i < LARGE; i++)
        large[i * CHUNK + CHUNK / 2] = (char) (i | 1);

    map(window, 64ul << 20);
    fill_up(64ul << 20);
    volatile char *w = window, *one = map(NULL, CHUNK);
    int none = IN_CHILD(_exit(FAULTS(*one = 1))); /* by chance */
    int last = FAULTS(w[5] = 5) ? none != 0 : w[5] == 5;
    fill_up(CHUNK);

    const char *at = mremap(from, 2 * CHUNK, 2 * CHUNK, MREMAP_MAYMOVE | MREMAP_FIXED, to);
    at = at == MAP_FAILED ? from : at;
    printf("%s\n", !FAULTS(CHECK(at[1] == 1 && at[CHUNK + 1] == 2)) ? "moved, or not" : signame(fault_sig));

    int gone = 0;
    for (size_t i = 0; i < LARGE; i++) {
        volatile char *p = large + i * CHUNK + CHUNK / 2;
        if (munmap((char *) p, T_PAGE))
            gone += FAULTS(CHECK(*p == (char) (i | 1)));
        else
            gone += !FAULTS(*p);
    }
    show("half unmapped", gone);
    show("the last one", last);
    return t_end();
}
