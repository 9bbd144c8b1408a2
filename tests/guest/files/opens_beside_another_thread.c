/* covers: open openat openat2 creat */
/* With a second thread in the process, open is what it is without one. */
#include <linux/openat2.h>

#include "threads.h"

static _Atomic uint32_t gate;

static void *rest(void *arg)
{
    word_wait(&gate, 1);
    return arg;
}

static void *write_fifo(void *arg)
{
    int fd = open("fifo", O_WRONLY);
    MUST(fd >= 0 && write(fd, "x", 1) == 1);
    close(fd);
    return arg;
}

static void try_at(const char *what, int dirfd, const char *path, int flags)
{
    struct stat st;
    char text[16] = "";
    int fd = openat(dirfd, path, flags, 0640);
    if (fd < 0) {
        printf("%s: %s\n", what, errname(errno));
        return;
    }
    MUST(fstat(fd, &st) == 0);
    ssize_t n = S_ISREG(st.st_mode) ? pread(fd, text, sizeof text - 1, 0) : 0;
    printf("%s: mode %o, flags %o, cloexec %d, %zd bytes: %s\n", what, st.st_mode, fcntl(fd, F_GETFL) & ~O_NOFOLLOW,
           fcntl(fd, F_GETFD), n, text);
    close(fd);
}

static void try(const char *what, const char *path, int flags)
{
    try_at(what, AT_FDCWD, path, flags);
}

static void try_how(const char *what, int dirfd, const char *path, struct open_how how, size_t size)
{
    long fd = raw(openat2, dirfd, path, &how, size);
    show_ok(what, fd);
    if (fd >= 0)
        close((int) fd);
}

static void links(void)
{
    MUST(symlink("file", "link") == 0 && symlink("loop", "loop") == 0 && symlink("made", "to-nothing") == 0);
    MUST(symlink("dir/../to-nothing2", "far") == 0 && symlink("made2", "to-nothing2") == 0);
    MUST(symlink("no/such", "nowhere") == 0 && symlink("dir", "dirlink") == 0);
    try("link", "link", O_RDONLY);
    try("link, not followed", "link", O_RDONLY | O_NOFOLLOW);
    try("link, a directory, not followed", "link", O_RDONLY | O_NOFOLLOW | O_DIRECTORY);
    try("loop", "loop", O_RDWR);
    try("loop, made", "loop", O_RDWR | O_CREAT);
    try("to nothing", "to-nothing", O_RDWR);
    try("to nothing, made, not followed", "to-nothing", O_RDWR | O_CREAT | O_NOFOLLOW);
    try("to nothing, made exclusively", "to-nothing", O_RDWR | O_CREAT | O_EXCL);
    try("to nothing, made", "to-nothing", O_RDWR | O_CREAT);
    try("made", "made", O_RDONLY);
    try("far, made", "far", O_RDWR | O_CREAT);
    try("made2", "made2", O_RDONLY);
    try("nowhere, made", "nowhere", O_RDWR | O_CREAT);
    try("link to a directory", "dirlink/", O_RDONLY | O_DIRECTORY);
    try("made in a directory", "dirlink/in", O_RDWR | O_CREAT | O_CLOEXEC);
}

static void plain(void)
{
    try("file", "file", O_RDWR | O_APPEND | O_CLOEXEC);
    try("file, made", "file", O_RDWR | O_CREAT);
    try("file, made exclusively", "file", O_RDWR | O_CREAT | O_EXCL);
    try("file, a directory", "file", O_RDONLY | O_DIRECTORY);
    try("file with a slash", "file/", O_RDONLY);
    try("file below a file", "file/x", O_RDONLY | O_CREAT);
    try("nothing", "nothing", O_RDONLY);
    try("nothing with a slash, made", "nothing/", O_RDWR | O_CREAT);
    try("empty", "", O_RDWR | O_CREAT);
    try("directory", "dir", O_RDONLY | O_DIRECTORY);
    try("directory to write", "dir", O_WRONLY);
    try("directory, made", "dir", O_RDONLY | O_CREAT);
    try("without a name", "dir", O_RDWR | O_TMPFILE);
    try("without a name, to read", "dir", O_RDONLY | O_TMPFILE);
    try("nothing, without a name, to read", "nothing", O_RDONLY | O_TMPFILE);
    try("null", "/dev/null", O_RDWR);
    try("program of procfs", "/proc/self/comm", O_RDONLY | O_NOFOLLOW);
    show_ok("creat", creat("created", 0604));
    try("created", "created", O_RDONLY | O_TRUNC);
}

static void strict(int dir)
{
    struct open_how how = {.flags = O_RDONLY};
    try_how("how", AT_FDCWD, "file", how, sizeof how);
    how.flags = O_RDWR | 1ull << 40;
    try_how("unknown flag", AT_FDCWD, "file", how, sizeof how);
    try_how("unknown flag, nothing", AT_FDCWD, "nothing", how, sizeof how);
    how = (struct open_how){.flags = O_RDONLY, .mode = 0600};
    try_how("mode for nothing", AT_FDCWD, "nothing", how, sizeof how);
    how = (struct open_how){.flags = O_RDWR | O_CREAT, .mode = 0600, .resolve = RESOLVE_BENEATH};
    try_how("beneath", dir, "in", how, sizeof how);
    try_how("beneath, out", dir, "../file", how, sizeof how);
    try_how("beneath, absolute", dir, "/file", how, sizeof how);
    how.resolve = RESOLVE_IN_ROOT;
    try_how("in root", dir, "/../again", how, sizeof how);
    try_at("again", dir, "again", O_RDONLY);
    MUST(symlinkat("/deep", dir, "to-deep") == 0);
    try_how("in root, to nothing", dir, "to-deep", how, sizeof how);
    try_at("deep", dir, "deep", O_RDONLY);
    how.resolve = RESOLVE_NO_SYMLINKS;
    try_how("no links", AT_FDCWD, "link", how, sizeof how);
    how = (struct open_how){.flags = O_RDONLY, .resolve = RESOLVE_NO_XDEV};
    try_how("no other mount", AT_FDCWD, "/proc/version", how, sizeof how);
    how.resolve = RESOLVE_NO_MAGICLINKS;
    try_how("no magic", AT_FDCWD, "/proc/self/exe", how, sizeof how);
}

int main(void)
{
    char c;
    umask(022);
    scratch();
    put_file("file", "text");
    MUST(mkdir("dir", 0755) == 0 && mkfifo("fifo", 0600) == 0);
    pthread_t th = thread_start(rest, NULL);
    plain();
    links();
    int dir = open("dir", O_RDONLY | O_DIRECTORY);
    MUST(dir >= 0);
    strict(dir);
    CHECK(open("file", O_RDONLY) == dir + 1);
    pthread_t writer = thread_start(write_fifo, NULL);
    int fifo = open("fifo", O_RDONLY);
    MUST(read(fifo, &c, 1) == 1);
    printf("fifo: %c\n", c);
    thread_join(writer);
    word_set(&gate, 1);
    thread_join(th);
    return t_end();
}
