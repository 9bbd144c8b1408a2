/* covers: mmap */
#include <sys/socket.h>

#include "t.h"

static void try(const char *name, void *hint, size_t size, int prot, long flags, int fd, off_t off)
{
    void *p = (void *) raw(mmap, hint, size, prot, flags, fd, off);
    show_ok(name, p == MAP_FAILED ? -1 : 0);
    if (p != MAP_FAILED && size && size < 1ul << 40)
        munmap(p, size);
}

int main(void)
{
    const int anon = MAP_PRIVATE | MAP_ANONYMOUS, rw = PROT_READ | PROT_WRITE;
    int ro, wo, rwfd, dir, pipes[2], sock, null, zero;
    scratch();
    put_file("f", "hello");
    MUST((ro = open("f", O_RDONLY)) >= 0);
    MUST((wo = open("f", O_WRONLY)) >= 0);
    MUST((rwfd = open("f", O_RDWR)) >= 0);
    MUST((dir = open(".", O_RDONLY | O_DIRECTORY)) >= 0);
    MUST((sock = socket(AF_UNIX, SOCK_STREAM, 0)) >= 0);
    MUST((null = open("/dev/null", O_RDWR)) >= 0);
    MUST((zero = open("/dev/zero", O_RDWR)) >= 0);
    MUST(pipe(pipes) == 0);
    int path = open("f", O_PATH);
    int proc = open("/proc/self/status", O_RDONLY);

    try("zero length", NULL, 0, rw, anon, -1, 0);
    try("no type", NULL, 4096, rw, MAP_ANONYMOUS, -1, 0);
    try("both types is SHARED_VALIDATE", NULL, 4096, rw, MAP_ANONYMOUS | 3, -1, 0);
    try("type 4", NULL, 4096, rw, MAP_ANONYMOUS | 4, -1, 0);
    try("length wraps", NULL, ~0ul, rw, anon, -1, 0);
    try("length of 2^47", NULL, 1ul << 47, PROT_NONE, anon | MAP_NORESERVE, -1, 0);
    try("length of 2^63", NULL, 1ul << 63, PROT_NONE, anon | MAP_NORESERVE, -1, 0);
    try("offset not a multiple of a page", NULL, 4096, PROT_READ, MAP_PRIVATE, ro, 1);
    try("anonymous ignores the descriptor", NULL, 4096, rw, anon, 12345, 0);
    try("anonymous with an odd offset", NULL, 4096, rw, anon, -1, 1);
    try("offset wraps", NULL, 8192, PROT_READ, MAP_PRIVATE, ro, (off_t) 0xfffffffffffff000ul);
    try("offset wraps, place not aligned", (void *) 0x10000001, 8192, PROT_READ, MAP_PRIVATE | MAP_FIXED, ro,
        (off_t) 0xfffffffffffff000ul);
    try("offset wraps, place taken", (void *) ((uintptr_t) &t_failures & -4096ul), 8192, PROT_READ,
        MAP_PRIVATE | MAP_FIXED_NOREPLACE, ro, (off_t) 0xfffffffffffff000ul);
    try("offset near 2^63", NULL, 8192, PROT_READ, MAP_PRIVATE, ro, (off_t) 0x7ffffffffffff000ul);
    try("offset far past the end", NULL, 4096, PROT_READ, MAP_PRIVATE, ro, 1l << 40);
    for (int bit = 8; bit < 64; bit++) /* 7 is MAP_ABOVE4G since Linux 6.7 */
        if (1l << bit & ~(long) (MAP_FIXED_NOREPLACE | MAP_SYNC | MAP_HUGETLB)) {
            printf("bit %d ", bit);
            try("of what is looked at", NULL, 4096, PROT_READ, MAP_SHARED_VALIDATE | 1l << bit, ro, 0);
            printf("bit %d ", bit);
            try("of what is not", NULL, 4096, PROT_READ, MAP_SHARED | 1l << bit, ro, 0);
        }
    try("no descriptor", NULL, 4096, PROT_READ, MAP_PRIVATE, -1, 0);
    try("bad descriptor", NULL, 4096, PROT_READ, MAP_PRIVATE, 12345, 0);
    try("path descriptor", NULL, 4096, PROT_READ, MAP_PRIVATE, path, 0);
    try("directory", NULL, 4096, PROT_READ, MAP_PRIVATE, dir, 0);
    try("pipe", NULL, 4096, PROT_READ, MAP_PRIVATE, pipes[0], 0);
    try("socket", NULL, 4096, PROT_READ, MAP_SHARED, sock, 0);
    try("null device", NULL, 4096, PROT_READ, MAP_PRIVATE, null, 0);
    try("zero device, private", NULL, 4096, rw, MAP_PRIVATE, zero, 0);
    try("zero device, shared", NULL, 4096, rw, MAP_SHARED, zero, 0);
    try("proc file", NULL, 4096, PROT_READ, MAP_PRIVATE, proc, 0);
    try("write-only, private", NULL, 4096, PROT_READ, MAP_PRIVATE, wo, 0);
    try("write-only, shared, written", NULL, 4096, PROT_WRITE, MAP_SHARED, wo, 0);
    try("read-only, shared, read", NULL, 4096, PROT_READ, MAP_SHARED, ro, 0);
    try("read-only, shared, written", NULL, 4096, rw, MAP_SHARED, ro, 0);
    try("read-only, private, written", NULL, 4096, rw, MAP_PRIVATE, ro, 0);
    try("read-write, shared", NULL, 4096, rw, MAP_SHARED, rwfd, 0);
    try("unknown prot bits", NULL, 4096, rw | 0x40, anon, -1, 0);
    try("PROT_GROWSDOWN in mmap", NULL, 4096, rw | 0x01000000, anon, -1, 0);
    try("unknown flag, shared", NULL, 4096, PROT_READ, MAP_SHARED | 0x8000000, ro, 0);
    try("unknown flag, validated", NULL, 4096, PROT_READ, MAP_SHARED_VALIDATE | 0x8000000, ro, 0);
    try("sync of a plain file", NULL, 4096, rw, MAP_SHARED_VALIDATE | 0x80000, rwfd, 0);
    try("fixed, not aligned", (void *) 0x10000001, 4096, rw, anon | MAP_FIXED, -1, 0);
    try("fixed, past user space", (void *) (1ul << 56), 4096, rw, anon | MAP_FIXED, -1, 0);
    try("fixed, kernel half", (void *) 0xffff800000000000ul, 4096, rw, anon | MAP_FIXED, -1, 0);
    try("fixed, end past user space", (void *) 0x7fffffffe000ul, 1ul << 46, PROT_NONE, anon | MAP_FIXED, -1, 0);
    try("hint past user space", (void *) 0xffff800000000000ul, 4096, rw, anon, -1, 0);
    try("hint not aligned", (void *) 0x10000001, 4096, rw, anon, -1, 0);
    try("grows down and shared", NULL, 4096, rw, MAP_SHARED | MAP_ANONYMOUS | MAP_GROWSDOWN, -1, 0);
    try("grows down over a file", NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_GROWSDOWN, ro, 0);
    try("hugetlb of an odd size", NULL, 4096, rw, anon | MAP_HUGETLB | (60 << 26), -1, 0);
    try("hugetlb of a file", NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_HUGETLB, ro, 0);
    char *odd = mmap(NULL, 4 << 20, PROT_NONE, anon, -1, 0);
    MUST(odd != MAP_FAILED);
    odd = (char *) (((uintptr_t) odd + (2 << 20) - 1) & -(2ul << 20)) + T_PAGE;
    try("hugetlb at a fixed, odd place", odd, 4096, rw, anon | MAP_HUGETLB | MAP_FIXED, -1, 0);
    try("populate", NULL, 1 << 20, rw, anon | MAP_POPULATE, -1, 0);
    try("locked", NULL, 4096, rw, anon | MAP_LOCKED, -1, 0);
    try("stack, noreserve, denywrite", NULL, 4096, rw, anon | MAP_STACK | MAP_NORESERVE | MAP_DENYWRITE, -1, 0);
    try("uninitialized", NULL, 4096, rw, anon | 0x4000000, -1, 0);
    return t_end();
}
