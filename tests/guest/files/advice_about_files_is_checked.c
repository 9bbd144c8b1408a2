/* covers: fadvise64 readahead cachestat */
#include "t.h"

int main(void)
{
    struct {
        uint64_t off, len;
    } range = {0, 0};
    uint64_t stat[5] = {0};
    int fd, wo, p[2];

    scratch();
    put_file("f", "cached");
    fd = open("f", O_RDONLY);
    wo = open("f", O_WRONLY);
    MUST(fd >= 0 && wo >= 0 && pipe(p) == 0);
    for (int a = 0; a < 7; a++) {
        char name[16];
        snprintf(name, sizeof(name), "advice %d", a);
        show(name, raw(fadvise64, fd, 0, 0, a));
    }
    show("negative length", raw(fadvise64, fd, 0, -1, 0));
    show("pipe", raw(fadvise64, p[0], 0, 0, 0));
    show("bad fd", raw(fadvise64, 99, 0, 0, 0));
    show("readahead", raw(readahead, fd, 0, 100));
    show("readahead write-only", raw(readahead, wo, 0, 100));
    show("readahead pipe", raw(readahead, p[0], 0, 100));
    show("readahead bad fd", raw(readahead, 99, 0, 100));
    if (show("cachestat", raw(cachestat, fd, &range, stat, 0)) == 0)
        printf("cached pages %lu\n", (unsigned long) stat[0]);
    show("cachestat flags", raw(cachestat, fd, &range, stat, 1));
    show("cachestat bad range", raw(cachestat, fd, BAD_PTR, stat, 0));
    show("cachestat bad result", raw(cachestat, fd, &range, BAD_PTR, 0));
    show("cachestat bad fd", raw(cachestat, 99, &range, stat, 0));
    return t_end();
}
