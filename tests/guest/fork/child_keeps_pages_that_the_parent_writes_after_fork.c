/* covers: fork brk mmap madvise */
#include "snapshot.h"

static char data[256 << 10] __attribute__((aligned(4096))) = {1};
static char bss[256 << 10] __attribute__((aligned(4096)));

static __attribute__((noinline)) void on_stack(void)
{
    char area[512 << 10] __attribute__((aligned(4096)));
    snapshot_of("stack", area, sizeof(area), T_PAGE);
}

static char *map(size_t size, int flags)
{
    char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
    MUST(p != MAP_FAILED);
    return p;
}

int main(void)
{
    char *p, *q;
    long top;
    printf("start\n");
    snapshot_of("data", data, sizeof(data), T_PAGE);
    snapshot_of("bss", bss, sizeof(bss), T_PAGE);
    on_stack();
    MUST((p = malloc(300000)));
    snapshot_of("small heap", p, 300000, 256);
    top = raw(brk, 0);
    MUST(raw(brk, top + (1 << 20)) == top + (1 << 20));
    snapshot_of("brk", (char *) ((top + 4095) & ~4095l), (1 << 20) - T_PAGE, T_PAGE);
    snapshot_of("one page", map(T_PAGE, 0), T_PAGE, 8);
    snapshot_of("1 MiB", map(1 << 20, 0), 1 << 20, T_PAGE);
    snapshot_of("8 MiB", map(8 << 20, 0), 8 << 20, T_PAGE);
    p = map(16 << 20, 0);
    madvise(p, 16 << 20, MADV_HUGEPAGE);
    snapshot_of("huge pages", p, 16 << 20, T_PAGE);
    p = map(4 << 20, 0);
    madvise(p, 4 << 20, MADV_NOHUGEPAGE);
    snapshot_of("no huge pages", p, 4 << 20, T_PAGE);
    snapshot_of("1 GiB, here and there", map(1 << 30, MAP_NORESERVE), 1 << 30, (4 << 20) + T_PAGE);
    /* pieces with other rights between them, far away */
    p = mmap((void *) 0x2b0000000000ul, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(p != MAP_FAILED);
    for (int i = 1; i < 256; i += 2)
        MUST(mprotect(p + i * T_PAGE, T_PAGE, PROT_READ) == 0);
    snapshot_of("every other page", p, 1 << 20, 2 * T_PAGE);
    /* moved before */
    p = map(1 << 20, 0);
    memset(p, 1, 1 << 20);
    q = mremap(p, 1 << 20, 1 << 20, MREMAP_MAYMOVE | MREMAP_FIXED, (void *) 0x2c0000000000ul);
    MUST(q != MAP_FAILED);
    snapshot_of("moved", q, 1 << 20, T_PAGE);
    return t_end();
}
