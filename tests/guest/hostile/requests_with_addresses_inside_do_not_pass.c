/* covers: ioctl */
/* A request whose structure holds an address, of a process that is no guest: what it writes is written at the program's address, or it is refused. */
#include <sys/ioctl.h>

#include "threads.h"

struct query { /* struct procmap_query (6.11) */
    uint64_t size, flags, addr, start, end, vma_flags, page_size, offset, inode;
    uint32_t major, minor, name_size, build_id_size;
    uint64_t name, build_id;
};

struct scan { /* struct pm_scan_arg (6.7) */
    uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages, inverted, mask, anyof, returned;
};

#define QUERY _IOWR('f', 17, struct query)
#define SCAN _IOWR('f', 16, struct scan)

static char name[256];
static uint64_t ranges[64 * 3];

static void ask(void)
{
    struct query q = {
        .size = sizeof q, .flags = 0x10 /* covering or next */, .name = (uint64_t) name, .name_size = sizeof name};
    struct scan s = {.size = sizeof s,
                     .end = 0x7ffffffff000,
                     .vec = (uint64_t) ranges,
                     .vec_len = 64,
                     .anyof = 1 << 3,
                     .returned = 1 << 3};
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/maps", (int) getppid());
    int fd = open(path, O_RDONLY);
    if (fd >= 0)
        CHECK(ioctl(fd, QUERY, &q) == 0 ? q.name_size == 0 || name[0] : errno != EFAULT);
    close(fd);
    snprintf(path, sizeof path, "/proc/%d/pagemap", (int) getppid());
    fd = open(path, O_RDONLY);
    if (fd >= 0) {
        int n = ioctl(fd, SCAN, &s);
        CHECK(n > 0 ? ranges[0] && ranges[1] : errno != EFAULT);
    }
    close(fd);
}

static void *ask_beside(void *arg)
{
    memset(name, 0, sizeof name);
    ask();
    int fd = open(".", O_RDONLY);
    show("unknown request of a file", ioctl(fd, _IOWR('f', 99, long[4]), ranges));
    close(fd);
    show("of nothing", ioctl(fd, _IOWR('f', 99, long[4]), ranges));
    return arg;
}

int main(void)
{
    scratch();
    ask();
    thread_join(thread_start(ask_beside, NULL));
    return t_end();
}
