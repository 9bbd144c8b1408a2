/* covers: fallocate */
#include "t.h"
#include <linux/falloc.h>

int main(void)
{
    static char page[T_PAGE];
    struct stat st;
    int fd, ro, p[2];

    scratch();
    fd = open("f", O_RDWR | O_CREAT, 0600);
    ro = open("f", O_RDONLY);
    MUST(fd >= 0 && ro >= 0 && pipe(p) == 0);
    show("grow", raw(fallocate, fd, 0, 0, 4 * T_PAGE));
    MUST(fstat(fd, &st) == 0);
    printf("size %ld\n", (long) st.st_size);
    show("keep size", raw(fallocate, fd, FALLOC_FL_KEEP_SIZE, 4 * T_PAGE, T_PAGE));
    MUST(fstat(fd, &st) == 0);
    printf("size %ld\n", (long) st.st_size);
    memset(page, 'x', sizeof(page));
    for (int i = 0; i < 4; i++)
        MUST(pwrite(fd, page, T_PAGE, i * T_PAGE) == T_PAGE);
    if (show("punch", raw(fallocate, fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, T_PAGE, T_PAGE)) == 0) {
        MUST(pread(fd, page, T_PAGE, T_PAGE) == T_PAGE);
        CHECK(page[0] == 0 && page[T_PAGE - 1] == 0);
        MUST(pread(fd, page, T_PAGE, 2 * T_PAGE) == T_PAGE);
        CHECK(page[0] == 'x' && page[T_PAGE - 1] == 'x');
    }
    show("punch without keep", raw(fallocate, fd, FALLOC_FL_PUNCH_HOLE, 0, T_PAGE));
    show("no length", raw(fallocate, fd, 0, 0, 0));
    show("negative", raw(fallocate, fd, 0, -1, 10));
    show("too far", raw(fallocate, fd, 0, INT64_MAX - 10, 100));
    show("unknown mode", raw(fallocate, fd, 0x4000, 0, 10));
    show("read only", raw(fallocate, ro, 0, 0, 10));
    show("pipe", raw(fallocate, p[1], 0, 0, 10));
    show("bad fd", raw(fallocate, 99, 0, 0, 10));
    return t_end();
}
