/* covers: ioctl fallocate */
#include "t.h"
#include <linux/fiemap.h>
#include <linux/fs.h>

int main(void)
{
    static char room[sizeof(struct fiemap) + 8 * sizeof(struct fiemap_extent)] __attribute__((aligned(8)));
    struct fiemap *m = (struct fiemap *) room;
    struct file_clone_range cr = {0};
    unsigned flags = 0;
    int fd, to;

    scratch();
    fd = open("f", O_RDWR | O_CREAT, 0600);
    to = open("g", O_RDWR | O_CREAT, 0600);
    MUST(fd >= 0 && to >= 0 && write(fd, room, sizeof(room)) > 0 && fsync(fd) == 0);
    m->fm_length = ~0ull;
    m->fm_extent_count = 0;
    if (show("count extents", raw(ioctl, fd, FS_IOC_FIEMAP, m)) == 0)
        show("extents", m->fm_mapped_extents);
    m->fm_extent_count = 8;
    if (show("list extents", raw(ioctl, fd, FS_IOC_FIEMAP, m)) == 0) {
        show("extents", m->fm_mapped_extents);
        printf("logical %llu length %llu\n", (unsigned long long) m->fm_extents[0].fe_logical,
               (unsigned long long) m->fm_extents[0].fe_length);
    }
    show("EFAULT", raw(ioctl, fd, FS_IOC_FIEMAP, BAD_PTR));
    show("list over the edge", raw(ioctl, fd, FS_IOC_FIEMAP, memcpy(at_edge(sizeof(*m)), m, sizeof(*m))));
    show("flags", raw(ioctl, fd, FS_IOC_GETFLAGS, &flags));
    show("flags EFAULT", raw(ioctl, fd, FS_IOC_GETFLAGS, BAD_PTR));
    show("clone", raw(ioctl, to, FICLONE, fd));
    cr.src_fd = fd;
    show("clone range", raw(ioctl, to, FICLONERANGE, &cr));
    cr.src_fd = 99;
    show("clone of closed", raw(ioctl, to, FICLONERANGE, &cr));
    return t_end();
}
