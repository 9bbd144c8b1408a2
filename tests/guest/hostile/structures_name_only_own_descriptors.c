/* covers: ioctl */
/* A number in a structure that is no open descriptor of the program's is nobody's, whichever number it is. */
#include <sys/ioctl.h>

#include "t.h"

struct move_extent { /* ext4's */
    uint32_t reserved, donor;
    uint64_t from, to, len, moved;
};

struct clone_range { /* struct file_clone_range */
    int64_t source;
    uint64_t from, len, to;
};

#define FICLONERANGE _IOW(0x94, 13, struct clone_range)
#define EXT4_IOC_MOVE_EXT _IOWR('f', 15, struct move_extent)

static int move(int fd, int donor)
{
    struct move_extent m = {.donor = (uint32_t) donor, .len = 1};
    return ioctl(fd, EXT4_IOC_MOVE_EXT, &m) ? errno : 0;
}

static int clone_of(int fd, int source)
{
    struct clone_range r = {.source = source, .len = T_PAGE};
    return ioctl(fd, FICLONERANGE, &r) ? errno : 0;
}

int main(void)
{
    static char block[4 * T_PAGE];
    struct move_extent *edge = at_edge(sizeof *edge);
    scratch();
    int a = open("a", O_RDWR | O_CREAT, 0600), b = open("b", O_RDWR | O_CREAT, 0600), moved = 0, cloned = 0;
    MUST(write(a, block, sizeof block) == sizeof block && write(b, block, sizeof block) == sizeof block);
    MUST(fsync(a) == 0 && fsync(b) == 0);
    const int none = move(a, -1);
    printf("from no descriptor: %s, %s\n", errname(none), errname(clone_of(a, -1)));
    for (int n = b + 1; n < 70000; n++) {
        if (fcntl(n, F_GETFD) != -1)
            continue;
        moved += move(a, n) != none;
        cloned += clone_of(a, n) != EBADF;
    }
    printf("from what is not open: %d, %d answers of another kind\n", moved, cloned);
    *edge = (struct move_extent){.donor = (uint32_t) a, .len = 1};
    printf("from itself: %s\n", ioctl(a, EXT4_IOC_MOVE_EXT, edge) ? errname(errno) : "done");
    show("of nowhere", ioctl(a, EXT4_IOC_MOVE_EXT, BAD_PTR));
    return t_end();
}
