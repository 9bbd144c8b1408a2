/* covers: cachestat membarrier */
#include "t.h"

int main(void)
{
    uint64_t range[2] = {0, 0}, stats[5] = {0};
    static char block[4 * T_PAGE];
    int fd;
    scratch();
    MUST((fd = open("f", O_RDWR | O_CREAT, 0600)) >= 0);
    MUST(write(fd, block, sizeof(block)) == (ssize_t) sizeof(block));
    show("cachestat", raw(cachestat, fd, range, stats, 0));
    show("cachestat to nowhere", raw(cachestat, fd, range, BAD_PTR, 0));
    show("cachestat from nowhere", raw(cachestat, fd, BAD_PTR, stats, 0));
    show("cachestat with flags", raw(cachestat, fd, range, stats, 1));
    show("cachestat of no file", raw(cachestat, -1, range, stats, 0));

    CHECK(raw(membarrier, 0, 0, 0) > 0);
    show("membarrier before registering", raw(membarrier, 8, 0, 0));
    show("membarrier registers", raw(membarrier, 16, 0, 0));
    show("membarrier", raw(membarrier, 8, 0, 0));
    show("membarrier unknown", raw(membarrier, 1 << 20, 0, 0));
    show("membarrier with flags", raw(membarrier, 8, 4, 0));
    return t_end();
}
