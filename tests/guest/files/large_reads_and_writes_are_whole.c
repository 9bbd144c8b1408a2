/* covers: read write readv writev pread64 pwrite64 */
#include "t.h"
#include <sys/uio.h>

#define SIZE (9 << 20)

static unsigned char at(size_t i)
{
    return (unsigned char) ((i * 2654435761u) >> 21);
}

static long wrong(const unsigned char *p, size_t n, size_t from)
{
    long bad = 0;
    for (size_t i = 0; i < n; i++)
        bad += p[i] != at(from + i);
    return bad;
}

int main(void)
{
    unsigned char *w = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *r, *m;
    struct iovec v[3];
    int fd, other;

    scratch();
    MUST(w != MAP_FAILED);
    for (size_t i = 0; i < SIZE; i++)
        w[i] = at(i);
    fd = open("f", O_RDWR | O_CREAT, 0600);
    show("write", write(fd, w, SIZE));
    r = mmap(NULL, SIZE + T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(r != MAP_FAILED);
    show("read into untouched memory", pread(fd, r + 77, SIZE, 0));
    show("wrong", wrong(r + 77, SIZE, 0));
    v[0] = (struct iovec){r, 3 << 20};
    v[1] = (struct iovec){r + (3 << 20), 1};
    v[2] = (struct iovec){r + (3 << 20) + 1, 5 << 20};
    show("readv", preadv(fd, v, 3, 12345));
    show("wrong", wrong(r, (8 << 20) + 1, 12345));

    m = mmap(NULL, SIZE, PROT_READ, MAP_PRIVATE, fd, 0);
    MUST(m != MAP_FAILED);
    other = open("g", O_RDWR | O_CREAT, 0600);
    show("write from an untouched file mapping", write(other, m, SIZE));
    memset(r, 0, SIZE);
    show("read back", pread(other, r, SIZE, 0));
    show("wrong", wrong(r, SIZE, 0));
    munmap(r, SIZE + T_PAGE);
    r = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, other, 0);
    MUST(r != MAP_FAILED && ftruncate(fd, SIZE / 2) == 0);
    memset(r, 0, SIZE);
    show("read into a shared mapping", pread(fd, r, SIZE, 0));
    show("wrong", wrong(r, SIZE / 2, 0));
    show("zero after it", r[SIZE / 2] == 0);
    w[0] ^= 1;
    show("wrong in the file", (pread(other, w, SIZE / 2, 0), wrong(w, SIZE / 2, 0)));
    show("write from a mapping of a cut file", pwrite(other, m + SIZE - 2 * T_PAGE, T_PAGE, 0));
    return t_end();
}
