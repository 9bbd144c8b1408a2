/* covers: sync fsync fdatasync syncfs sync_file_range msync */
#include "t.h"

int main(void)
{
    int fd, p[2];
    char *map;

    scratch();
    fd = open("f", O_RDWR | O_CREAT, 0600);
    MUST(fd >= 0 && ftruncate(fd, 2 * T_PAGE) == 0 && pipe(p) == 0);
    show("fsync", raw(fsync, fd));
    show("fdatasync", raw(fdatasync, fd));
    show("syncfs", raw(syncfs, fd));
    show("sync_file_range", raw(sync_file_range, fd, 0, T_PAGE, 7));
    show("sync_file_range flags", raw(sync_file_range, fd, 0, T_PAGE, 8));
    show("sync_file_range negative", raw(sync_file_range, fd, -1, T_PAGE, 0));
    show("fsync pipe", raw(fsync, p[1]));
    show("fdatasync pipe", raw(fdatasync, p[1]));
    show("sync_file_range pipe", raw(sync_file_range, p[0], 0, 1, 0));
    show("fsync bad fd", raw(fsync, 99));
    show("fdatasync bad fd", raw(fdatasync, 99));
    show("syncfs bad fd", raw(syncfs, 99));
    show("fsync directory", (fd = open(".", O_RDONLY), raw(fsync, fd)));

    fd = open("f", O_RDWR);
    map = mmap(NULL, 2 * T_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    MUST(map != MAP_FAILED);
    strcpy(map + T_PAGE, "mapped");
    show("msync", raw(msync, map, 2 * T_PAGE, MS_SYNC));
    show("msync async", raw(msync, map, T_PAGE, MS_ASYNC));
    show("msync both", raw(msync, map, T_PAGE, MS_SYNC | MS_ASYNC));
    show("msync unaligned", raw(msync, map + 1, T_PAGE, MS_SYNC));
    show("msync unmapped", (munmap(map + T_PAGE, T_PAGE), raw(msync, map, 2 * T_PAGE, MS_SYNC)));
    show("sync", raw(sync));
    return t_end();
}
