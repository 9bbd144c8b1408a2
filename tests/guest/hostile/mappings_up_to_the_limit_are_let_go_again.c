/* covers: mmap munmap mprotect mremap */
/* As many regions as the kernel allows: what does not fit fails, nothing is half done, and all of it goes away again. */
#include "fault.h"

#define PAGES 140000ul
#define OTHERS 5000 /* mappings that are not the program's, at most */

static char *area;

static bool readable(size_t page)
{
    char c;
    int fd[2];
    MUST(pipe(fd) == 0);
    bool ok = write(fd[1], area + page * T_PAGE, 1) == 1 && read(fd[0], &c, 1) == 1;
    close(fd[0]);
    close(fd[1]);
    return ok;
}

/* vm.max_map_count */
static size_t allowed(void)
{
    char text[32] = "65530";
    int fd = open("/proc/sys/vm/max_map_count", O_RDONLY);
    if (fd >= 0)
        MUST(read(fd, text, sizeof text - 1) > 0);
    close(fd);
    return strtoul(text, NULL, 10);
}

int main(void)
{
    size_t i, n, limit = allowed();

    scratch();
    int fd = open("f", O_RDWR | O_CREAT, 0600);
    MUST(fd >= 0 && ftruncate(fd, 64 * T_PAGE) == 0);
    area = mmap(NULL, PAGES * T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    MUST(area != MAP_FAILED);
    area[0] = 1;
    char *priv = mmap(NULL, 2 * T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    MUST(priv != MAP_FAILED && munmap(priv + T_PAGE, T_PAGE) == 0);
    priv[0] = 5;
    for (i = 1; i < PAGES; i += 2) {
        if (mprotect(area + i * T_PAGE, T_PAGE, PROT_READ))
            break;
    }
    show("mprotect at the limit", i < PAGES ? -1 : 0);
    CHECK(i + OTHERS > (limit < PAGES ? limit : PAGES));
    n = i;
    /* A mapping that grows borrows what it grows from: whatever room is left. */
    for (int k = 0; k < 24; k++) {
        char *p = mremap(priv, T_PAGE, 2 * T_PAGE, MREMAP_MAYMOVE);
        if (p != MAP_FAILED) {
            CHECK(p[0] == 5);
            munmap(p + T_PAGE, T_PAGE);
            priv = p;
        } else {
            CHECK(priv[0] == 5);
        }
        if (k)
            mprotect(area + (n - 2 * (size_t) k) * T_PAGE, T_PAGE, PROT_READ | PROT_WRITE);
    }
    CHECK(readable(0) && readable(n / 2));
    for (i = 1; i < 1000; i += 3)
        if (munmap(area + i * T_PAGE, T_PAGE) == 0)
            CHECK(!readable(i));
        else
            CHECK(readable(i) && area[i * T_PAGE] == 0);
    CHECK(munmap(area, PAGES * T_PAGE) == 0);
    CHECK(!readable(0));
    area = mmap(NULL, PAGES * T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    CHECK(area != MAP_FAILED && area[n * T_PAGE / 2] == 0);
    return t_end();
}
