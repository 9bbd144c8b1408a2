/* covers: open openat creat close umask */
#include "t.h"

static void try(const char *name, int fd)
{
    show(name, fd);
    if (fd >= 0)
        close(fd);
}

int main(void)
{
    char buf[32] = "", longname[300];
    struct stat st;
    int fd;

    scratch();
    umask(0);
    memset(longname, 'n', sizeof(longname));
    longname[299] = 0;
    put_file("old", "content");
    MUST(mkdir("dir", 0755) == 0);
    MUST(symlink("old", "link") == 0);
    MUST(symlink("nowhere", "dangling") == 0);
    MUST(symlink("loop2", "loop1") == 0 && symlink("loop1", "loop2") == 0);

    try("read only", raw(open, "old", O_RDONLY));
    try("absent", raw(open, "new", O_RDWR));
    try("create", raw(open, "new", O_RDWR | O_CREAT | O_EXCL, 0640));
    MUST(stat("new", &st) == 0);
    printf("mode %o\n", st.st_mode);
    try("create again", raw(open, "new", O_RDWR | O_CREAT | O_EXCL, 0640));
    raw(umask, 027);
    try("creat", raw(creat, "made", 0666));
    MUST(stat("made", &st) == 0);
    printf("mode under umask %o\n", st.st_mode);
    show("umask was", raw(umask, 0));
    try("dangling", raw(open, "dangling", O_RDONLY));
    try("dangling exclusive", raw(open, "dangling", O_RDWR | O_CREAT | O_EXCL, 0600));
    try("dangling create", raw(open, "dangling", O_RDWR | O_CREAT, 0600));
    show("made through it", access("nowhere", F_OK));
    try("nofollow", raw(open, "link", O_RDONLY | O_NOFOLLOW));
    try("loop", raw(open, "loop1", O_RDONLY));
    try("directory for writing", raw(open, "dir", O_RDWR));
    try("directory", raw(open, "dir", O_RDONLY | O_DIRECTORY));
    try("file as directory", raw(open, "old", O_RDONLY | O_DIRECTORY));
    try("below a file", raw(open, "old/x", O_RDONLY));
    try("trailing slash", raw(open, "old/", O_RDONLY));
    try("create with slash", raw(open, "other/", O_RDWR | O_CREAT, 0600));
    try("empty name", raw(open, "", O_RDONLY));
    try("long name", raw(open, longname, O_RDONLY));
    try("bad pointer", raw(open, BAD_PTR, O_RDONLY));
    try("bad dirfd", raw(openat, 99, "old", O_RDONLY));
    try("file as dirfd", (fd = open("old", O_RDONLY), raw(openat, fd, "x", O_RDONLY)));
    try("absolute ignores dirfd", raw(openat, 99, "/", O_RDONLY));
    close(fd);

    fd = raw(openat, AT_FDCWD, "old", O_WRONLY | O_APPEND);
    MUST(fd >= 0);
    show("seek", lseek(fd, 0, SEEK_SET));
    show("append", write(fd, "+", 1));
    show("read of write only", read(fd, buf, 1));
    close(fd);
    show("length", get_file("old", buf, sizeof(buf)));
    printf("%s\n", buf);
    fd = open("old", O_RDONLY | O_TRUNC);
    MUST(fd >= 0 && fstat(fd, &st) == 0);
    printf("size after truncation %ld\n", (long) st.st_size);
    show("write of read only", write(fd, "x", 1));
    close(fd);

    fd = open("link", O_PATH | O_NOFOLLOW);
    MUST(fd >= 0);
    show("read of O_PATH", read(fd, buf, 1));
    show("readlinkat of O_PATH", readlinkat(fd, "", buf, sizeof(buf)));
    show("fcntl flags of O_PATH", fcntl(fd, F_GETFL) & (O_PATH | O_ACCMODE));
    close(fd);

    fd = open(".", O_TMPFILE | O_RDWR, 0600);
    if (show_ok("tmpfile", fd) >= 0 && fd >= 0) {
        char self[64];
        MUST(fstat(fd, &st) == 0);
        printf("links %ld\n", (long) st.st_nlink);
        snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
        show("link it", linkat(AT_FDCWD, self, AT_FDCWD, "linked", AT_SYMLINK_FOLLOW));
        MUST(fstat(fd, &st) == 0);
        printf("links %ld\n", (long) st.st_nlink);
        close(fd);
    }
    return t_end();
}
