/* links: src/fs/path.c src/fs/root.c src/fs/procname.c src/base/procfs.c src/base/nspid.c src/base/lines.c src/base/fds.c src/base/lock.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/fds.h"
#include "base/procfs.h"
#include "base/raw.h"
#include "fs/path.h"
#include "fs/procname.h"

_Noreturn void bug(const char *file, int line, const char *what)
{
    fail_msg("%s:%d: %s", file, line, what);
    abort();
}

static char scratch[64];

static void sh(const char *fmt, ...)
{
    char cmd[2048];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(cmd, sizeof cmd, fmt, ap);
    va_end(ap);
    if (system(cmd) != 0)
        fail_msg("%s", cmd);
}

static int group_setup(void **state)
{
    (void) state;
    strcpy(scratch, "/tmp/path_test.XXXXXX");
    return !mkdtemp(scratch) || fds_init() || procfs_open();
}

static int group_teardown(void **state)
{
    (void) state;
    (void) !chdir("/");
    sh("rm -rf %s", scratch);
    return 0;
}

static void leave_root(void)
{
    if (fs_root.fd >= 0)
        fds_close(fs_root.fd);
    fs_root = (struct fs_root){.fd = -1};
}

static int teardown(void **state)
{
    (void) state;
    fs_magic_link = NULL;
    leave_root();
    return chdir("/");
}

static void enter_root_dir(const char *dir)
{
    leave_root();
    assert_int_equal(fs_root_set(dir), 0);
    assert_int_equal(chdir(dir), 0);
}

static unsigned open_fds(void)
{
    DIR *d = opendir("/proc/self/fd");
    unsigned n = 0;
    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

/* What a handler does with a path: resolve, one host call, release. */
static long do_stat(int dirfd, const char *path, int flags, struct stat *st)
{
    struct fs_at at;
    long r = fs_resolve(dirfd, path, flags, &at);
    if (r)
        return r;
    r = host(SYS_newfstatat, at.dirfd, at.path, st, flags & FS_NOFOLLOW ? AT_SYMLINK_NOFOLLOW : 0);
    fs_at_done(&at);
    return r;
}

static long do_read(const char *path, char *buf, size_t size)
{
    struct fs_at at;
    long r = fs_resolve(AT_FDCWD, path, 0, &at);
    if (r)
        return r;
    int fd = (int) host(SYS_openat, at.dirfd, at.path, O_RDONLY, 0);
    fs_at_done(&at);
    if (fd < 0)
        return fd;
    r = host(SYS_read, fd, buf, size - 1);
    close(fd);
    if (r >= 0)
        buf[r] = 0;
    return r;
}

static void content_is(const char *path, const char *want)
{
    char buf[256];
    long r = do_read(path, buf, sizeof buf);
    if (r < 0 || strcmp(buf, want) != 0)
        fail_msg("%s: %ld %s, not %s", path, r, r < 0 ? "" : buf, want);
}

static void fails_with(int err, const char *path)
{
    struct stat st;
    long r = do_stat(AT_FDCWD, path, 0, &st);
    if (r != -err)
        fail_msg("%s: %ld, not %d", path, r, -err);
}

/* ---- without a sysroot ---- */

static void without_a_sysroot_the_path_is_copied(void **state)
{
    (void) state;
    struct fs_at at;
    unsigned before = open_fds();
    assert_int_equal(fs_resolve(77, "a//b/../", FS_BENEATH | FS_NO_XDEV, &at), 0);
    assert_string_equal(at.path, "a//b/../");
    assert_int_equal(at.dirfd, 77);
    assert_true(at.resolve == (RESOLVE_BENEATH | RESOLVE_NO_XDEV));
    assert_int_equal(at.owned, -1);
    fs_at_done(&at);
    assert_int_equal(open_fds(), before);
}

static void window_numbers_are_absent_from_proc(void **state)
{
    (void) state;
    struct stat st;
    char path[64];
    fds_create_lock();
    int fd = fds_adopt_fd(open("/dev/null", O_RDWR), false);
    fds_create_unlock();
    assert_true(fds_reserved(fd));
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    assert_int_equal(do_stat(AT_FDCWD, path, 0, &st), -ENOENT);
    assert_int_equal(do_stat(AT_FDCWD, path, FS_NOFOLLOW, &st), -ENOENT);
    assert_int_equal(chdir("/proc/self/fdinfo"), 0);
    snprintf(path, sizeof path, "%d", fd);
    assert_int_equal(do_stat(AT_FDCWD, path, 0, &st), -ENOENT);
    assert_int_equal(chdir(scratch), 0);
    int other = open(path, O_CREAT | O_WRONLY, 0600); /* an ordinary file of that name */
    assert_true(other >= 0);
    close(other);
    assert_int_equal(do_stat(AT_FDCWD, path, 0, &st), 0);
    unlink(path);
    fds_create_lock();
    fds_close(fd);
    fds_create_unlock();
}

static int magic_to_etc(int dir, const char *name)
{
    (void) dir;
    return strcmp(name, "exe") == 0 ? open("/etc", O_PATH | O_CLOEXEC) : FS_MAGIC_HOST;
}

static void exe_goes_where_the_hook_says(void **state)
{
    (void) state;
    struct stat st, etc;
    char path[64];
    unsigned before = open_fds();
    fs_magic_link = magic_to_etc;
    assert_int_equal(stat("/etc", &etc), 0);
    snprintf(path, sizeof path, "/proc/%d/task/%d/exe", getpid(), getpid());
    const char *paths[] = {"/proc/self/exe", "/proc/thread-self/exe", path};
    for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
        assert_int_equal(do_stat(AT_FDCWD, paths[i], 0, &st), 0);
        assert_true(st.st_ino == etc.st_ino);
        assert_int_equal(do_stat(AT_FDCWD, paths[i], FS_NOFOLLOW, &st), 0);
        assert_true(S_ISLNK(st.st_mode));
    }
    assert_int_equal(do_stat(AT_FDCWD, "exe", 0, &st), -ENOENT);
    assert_int_equal(open_fds(), before);
}

/* ---- with one ---- */

static void make_tree(char *root, size_t size)
{
    snprintf(root, size, "%s/root", scratch);
    sh("rm -rf %s/root && mkdir -p %s/root/etc %s/root/usr/lib %s/root/dev && cd %s && echo -n secret >secret && "
       "cd root && echo -n in >etc/f && ln -s ../proc/self/mounts etc/mtab && ln -s /etc/f usr/abs && "
       "ln -s ../../../../../secret usr/up && ln -s %s/secret usr/out && ln -s usr/lib lib && ln -s lib/ libs && "
       "echo -n lib >usr/lib/l && ln -s /proc/self/fd fds && ln -s loop loop && ln -s etc/new dangling && ln -s / "
       "slash",
       scratch, scratch, scratch, scratch, scratch, scratch);
}

static void sysroot_confines(void **state)
{
    (void) state;
    char root[128];
    make_tree(root, sizeof root);
    enter_root_dir(root);
    unsigned before = open_fds();
    content_is("/etc/f", "in");
    content_is("etc/f", "in");
    content_is("/../../etc/./f", "in");
    content_is("usr/../../etc/f", "in");
    content_is("/usr/abs", "in");
    content_is("/lib/l", "lib");
    content_is("/libs/l", "lib");
    content_is("slash/slash/slash/etc/f", "in");
    fails_with(ENOENT, "/usr/up");
    fails_with(ENOENT, "/usr/out");
    fails_with(ENOENT, "../secret");
    fails_with(ENOENT, "dangling");
    fails_with(ENOENT, "");
    fails_with(ELOOP, "loop");
    fails_with(ENOTDIR, "etc/f/");
    fails_with(ENOTDIR, "etc/f/.");
    fails_with(ENOTDIR, "etc/f/..");
    assert_int_equal(chdir("usr"), 0);
    content_is("../etc/f", "in");
    content_is("../../../etc/f", "in");
    content_is("lib/l", "lib");
    assert_int_equal(open_fds(), before);
}

static void proc_dev_and_sys_are_the_hosts(void **state)
{
    (void) state;
    char root[128], buf[256], path[128];
    struct stat a, b;
    make_tree(root, sizeof root);
    enter_root_dir(root);
    assert_true(do_read("/proc/self/mounts", buf, sizeof buf) > 0);
    assert_true(do_read("/etc/mtab", buf, sizeof buf) > 0);
    const char *same[] = {"/dev/null", "/proc", "/sys", "/proc/1/stat", "/dev/"};
    for (size_t i = 0; i < ARRAY_SIZE(same); i++) {
        assert_int_equal(do_stat(AT_FDCWD, same[i], 0, &a), 0);
        assert_int_equal(stat(same[i], &b), 0);
        assert_true(a.st_ino == b.st_ino && a.st_dev == b.st_dev);
        assert_int_equal(do_stat(AT_FDCWD, same[i], FS_NOFOLLOW, &a), 0);
        assert_true(a.st_ino == b.st_ino && a.st_dev == b.st_dev);
    }
    content_is("/proc/../etc/f", "in");
    content_is("/dev/../../etc/f", "in");
    content_is("/proc/self/../../etc/f", "in");
    content_is("/sys/kernel/../../etc/f", "in");
    /* Back in from a descriptor and a working directory over there. */
    int fd = open("/proc/self", O_RDONLY | O_DIRECTORY);
    assert_int_equal(do_stat(fd, "../../etc/f", 0, &a), 0);
    close(fd);
    assert_int_equal(chdir("/dev"), 0);
    content_is("../etc/f", "in");
    assert_int_equal(chdir(root), 0);
    /* Descriptors by their links. */
    fd = open("etc/f", O_RDONLY);
    snprintf(path, sizeof path, "/fds/%d", fd);
    content_is(path, "in");
    snprintf(path, sizeof path, "/dev/fd/%d", fd);
    content_is(path, "in");
    close(fd);
    int p[2];
    assert_int_equal(pipe(p), 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", p[0]);
    assert_int_equal(do_stat(AT_FDCWD, path, 0, &a), 0);
    assert_true(S_ISFIFO(a.st_mode));
    close(p[0]), close(p[1]);
    /* A cwd inside is a way in; the host's root is no way out. */
    content_is("/proc/self/cwd/etc/f", "in");
    fails_with(EACCES, "/proc/self/root");
    fails_with(EACCES, "/proc/1/root/etc/passwd");
    fails_with(EACCES, "/proc/self/root/");
    assert_int_equal(do_stat(AT_FDCWD, "/proc/self/cwd/etc/f", FS_NO_MAGICLINKS, &a), -ELOOP);
    assert_int_equal(do_stat(AT_FDCWD, "/proc/self/stat", FS_NO_MAGICLINKS, &a), 0);
    assert_int_equal(do_stat(AT_FDCWD, "/proc/self/stat", FS_NO_SYMLINKS, &a), -ELOOP);
    assert_int_equal(do_stat(AT_FDCWD, "/proc/version", FS_NO_XDEV, &a), -EXDEV);
    fs_magic_link = magic_to_etc;
    assert_int_equal(do_stat(AT_FDCWD, "/proc/self/exe", 0, &a), 0);
    assert_int_equal(stat("/etc", &b), 0);
    assert_true(a.st_ino == b.st_ino);
}

static void outside_directories_are_no_start(void **state)
{
    (void) state;
    char root[128];
    struct stat st;
    make_tree(root, sizeof root);
    enter_root_dir(root);
    int out = open(scratch, O_RDONLY | O_DIRECTORY), file = open("etc/f", O_RDONLY);
    assert_int_equal(do_stat(out, "secret", 0, &st), -ENOENT);
    assert_int_equal(do_stat(out, "root", 0, &st), -ENOENT);
    assert_int_equal(do_stat(out, "/etc/f", 0, &st), 0);
    assert_int_equal(do_stat(file, "x", 0, &st), -ENOTDIR);
    assert_int_equal(do_stat(999, "x", 0, &st), -EBADF);
    struct fs_at at;
    assert_int_equal(fs_resolve(out, "secret", FS_BENEATH, &at), -ENOENT);
    assert_int_equal(fs_resolve(file, "", FS_EMPTY_OK, &at), 0);
    assert_int_equal(at.dirfd, file);
    fs_at_done(&at);
    close(out), close(file);
    assert_int_equal(chdir(scratch), 0);
    fails_with(ENOENT, "secret");
}

static void names_are_shown_as_the_guest_knows_them(void **state)
{
    (void) state;
    char root[128], in[256], out[PATH_MAX];
    static const char *plain[] = {"/proc/1",  "/dev/null",          "/dev",
                                  "pipe:[7]", "/memfd:x (deleted)", "/SYSV00000000 (deleted)"};
    assert_int_equal(fs_guest_path("/any/where", out, sizeof out), 10);
    assert_string_equal(out, "/any/where");
    make_tree(root, sizeof root);
    enter_root_dir(root);
    snprintf(in, sizeof in, "%s/etc/f", root);
    assert_int_equal(fs_guest_path(in, out, sizeof out), 6);
    assert_string_equal(out, "/etc/f");
    assert_int_equal(fs_guest_path(root, out, sizeof out), 1);
    assert_string_equal(out, "/");
    snprintf(in, sizeof in, "%sx/etc", root);
    fs_guest_path(in, out, sizeof out);
    assert_int_equal(strncmp(out, "(unreachable)/tmp/", 18), 0);
    for (size_t i = 0; i < ARRAY_SIZE(plain); i++) {
        assert_int_equal(fs_guest_path(plain[i], out, sizeof out), strlen(plain[i]));
        assert_string_equal(out, plain[i]);
    }
    assert_int_equal(fs_guest_path("/dev/null", out, 9), -ENAMETOOLONG);
    assert_int_equal(fs_guest_path("/dev/null", out, 10), 9);
}

static void root_survives_adoption_and_bad_roots_are_refused(void **state)
{
    (void) state;
    char root[128];
    make_tree(root, sizeof root);
    assert_int_equal(fs_root_set("/nonexistent"), -ENOENT);
    assert_int_equal(fs_root_set("/etc/passwd"), -ENOTDIR);
    assert_int_equal(fs_root_set("/"), 0);
    assert_int_equal(fs_root.fd, -1);
    enter_root_dir(root);
    int fd = fs_root.fd;
    assert_true(fds_reserved(fd));
    assert_int_equal(host(SYS_fcntl, fd, F_GETFD), 0); /* no FD_CLOEXEC: exec keeps it */
    fs_root = (struct fs_root){.fd = -1};
    assert_int_equal(fs_root_adopt(fd, true), 0);
    assert_string_equal(fs_root.host_path, root);
    content_is("/etc/f", "in");
}

static int change_root(const char *dir, bool may)
{
    int old;
    fds_create_lock();
    int r = fs_root_change(AT_FDCWD, dir, may, &old);
    fds_close(old);
    fds_create_unlock();
    return r;
}

static void another_root_is_no_wall(void **state)
{
    (void) state;
    char root[128], deeper[160];
    struct stat st;
    unsigned before = open_fds();
    make_tree(root, sizeof root);
    snprintf(deeper, sizeof deeper, "%s/etc", root);
    assert_int_equal(chdir(scratch), 0);
    assert_int_equal(change_root("none", true), -ENOENT);
    assert_int_equal(change_root("none", false), -ENOENT);
    assert_int_equal(change_root(root, false), -EPERM);
    assert_int_equal(fs_root.fd, -1);
    assert_int_equal(change_root(root, true), 0);
    assert_int_equal(open_fds(), before + 1);
    content_is("/etc/f", "in");
    assert_int_equal(do_stat(AT_FDCWD, "secret", 0, &st), 0);           /* from the working directory outside */
    assert_int_equal(do_stat(AT_FDCWD, "/proc/self", 0, &st), -ENOENT); /* nothing is mounted there */
    assert_int_equal(do_stat(AT_FDCWD, "/dev/null", 0, &st), -ENOENT);
    assert_int_equal(change_root(deeper, true), 0);
    assert_int_equal(open_fds(), before + 1);
    content_is("/f", "in");
    content_is("/../f", "in");
    /* In another mount namespace it is the same directory, or it stays what it was. */
    assert_int_equal(fs_root_renew(), 0);
    assert_int_equal(open_fds(), before + 1);
    sh("mv %s %s.away && ln -s / %s", deeper, deeper, deeper);
    assert_int_equal(fs_root_renew(), -ESTALE);
    content_is("/f", "in");
    assert_int_equal(change_root("/", true), 0); /* the host's own */
    assert_int_equal(fs_root.fd, -1);
    assert_int_equal(open_fds(), before);
}

static void proc_names_are_read(void **state)
{
    (void) state;
    static const struct {
        const char *path;
        int pid, tid;
        const char *rest;
    } cases[] = {{"12/maps", 12, 0, "maps"},
                 {"12/task/13/maps", 12, 13, "maps"},
                 {"12", 12, 0, ""},
                 {"12/task", 12, 0, "task"},
                 {"12/task/13", 12, 13, ""},
                 {"12/fd/5", 12, 0, "fd/5"},
                 {"12/task/13/fd/5", 12, 13, "fd/5"},
                 {"", 0, 0, ""},
                 {"version", 0, 0, "version"},
                 {"sys/kernel/hostname", 0, 0, "sys/kernel/hostname"},
                 {"irq/7/spurious", 0, 0, "irq/7/spurious"},
                 {"99999999999/x", 0, 0, "99999999999/x"},
                 {"1/tasks/2", 1, 0, "tasks/2"}};
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct proc_name p;
        proc_name_parse(cases[i].path, &p);
        assert_int_equal(p.pid, cases[i].pid);
        assert_int_equal(p.tid, cases[i].tid);
        assert_string_equal(p.rest, cases[i].rest);
    }
    struct proc_name p;
    int fd = open("/proc/thread-self/maps", O_RDONLY), other = open("/etc/passwd", O_RDONLY);
    assert_int_equal(proc_name_of_fd(fd, &p), 1);
    assert_true(p.pid == getpid() && p.tid == getpid());
    assert_string_equal(p.rest, "maps");
    assert_string_equal(p.whole + strlen(p.whole) - 5, "/maps");
    assert_int_equal(proc_name_of_fd(other, &p), 0);
    assert_int_equal(proc_name_of_fd(999, &p), -EBADF);
    close(fd), close(other);
}

/* ---- a symlink that is swapped meanwhile ---- */

static volatile bool swapping;

static void *swap(void *arg)
{
    char a[128], b[128];
    snprintf(a, sizeof a, "%s/root/a", (char *) arg);
    snprintf(b, sizeof b, "%s/root/b", (char *) arg);
    while (swapping)
        host(SYS_renameat2, AT_FDCWD, a, AT_FDCWD, b, 2 /* RENAME_EXCHANGE */);
    return NULL;
}

static void swapped_symlink_never_leads_outside(void **state)
{
    (void) state;
    char root[128], buf[128];
    make_tree(root, sizeof root);
    sh("cd %s && mkdir host && echo -n outside >host/f && cd root && mkdir a && echo -n inside >a/f && "
       "ln -s %s/host b && echo -n inside >x && ln -s %s/host/f y",
       scratch, scratch, scratch);
    enter_root_dir(root);
    swapping = true;
    pthread_t th;
    assert_int_equal(pthread_create(&th, NULL, swap, scratch), 0);
    unsigned in = 0, gone = 0;
    for (unsigned i = 0; i < 20000 && (i < 2000 || !in || !gone); i++) {
        struct fs_at at;
        long r = do_read("/a/f", buf, sizeof buf);
        assert_true(r < 0 || strcmp(buf, "inside") == 0);
        in += r > 0;
        gone += r == -ENOENT;
        assert_true(do_read("/b/../../host/f", buf, sizeof buf) < 0);
        /* Creation in the swapped place makes no file outside. */
        if (fs_resolve(AT_FDCWD, "/a/new", FS_CREATE, &at) == 0) {
            int fd = (int) host(SYS_openat, at.dirfd, at.path, O_CREAT | O_WRONLY | at.open_flags, 0600);
            fs_at_done(&at);
            if (fd >= 0)
                close(fd);
        }
    }
    swapping = false;
    pthread_join(th, NULL);
    assert_true(in && gone);
    struct stat st;
    snprintf(buf, sizeof buf, "%s/host/new", scratch);
    assert_int_equal(stat(buf, &st), -1);
    sh("rm -rf %s/host", scratch);
}

static void result_stands_when_names_change_before_the_call(void **state)
{
    (void) state;
    char root[128], buf[16] = "";
    make_tree(root, sizeof root);
    enter_root_dir(root);
    struct fs_at at;
    assert_int_equal(fs_resolve(AT_FDCWD, "/z", FS_CREATE, &at), 0);
    sh("ln -s %s/made %s/z", scratch, root);
    assert_int_equal(host(SYS_openat, at.dirfd, at.path, O_CREAT | O_WRONLY | at.open_flags, 0600), -ELOOP);
    fs_at_done(&at);
    assert_int_equal(fs_resolve(AT_FDCWD, "/etc/f", 0, &at), 0);
    sh("mv %s/etc/f %s/etc/g && ln -s %s/secret %s/etc/f", root, root, scratch, root);
    int fd = (int) host(SYS_openat, at.dirfd, at.path, O_RDONLY, 0);
    fs_at_done(&at);
    assert_int_equal(host(SYS_read, fd, buf, sizeof buf), 2);
    assert_string_equal(buf, "in");
    close(fd);
}

/* ---- random trees, with chroot as the oracle ---- */

static unsigned seed;

static unsigned rnd(unsigned n)
{
    seed = seed * 1103515245u + 12345u;
    return (seed >> 16) % n;
}

static void random_path(char *out, bool link)
{
    static const char *parts[] = {"a", "b", "c", "d", "a", "b", "l", "m", "l", "m", "f", "g", ".", "..", "..", "none"};
    char *p = out;
    unsigned n = rnd(20) ? 1 + rnd(5) : rnd(12);
    if (rnd(2))
        *p++ = '/';
    for (unsigned i = 0; i < n; i++) {
        p = stpcpy(p, parts[rnd(ARRAY_SIZE(parts))]);
        if (i + 1 < n || rnd(6) == 0)
            p = stpcpy(p, rnd(8) ? "/" : "//");
    }
    *p = 0;
    if (link && p == out)
        strcpy(out, ".");
    if (!link && rnd(100) == 0) {
        memset(out, 'x', 300);
        strcpy(out + 300, "/y");
    }
}

/* The same tree for the same seed, below the working directory. Every object has a uid of its own, to be known by. */
static void random_tree(void)
{
    static const char *names[] = {"a", "b", "c", "d", "f", "g", "l", "m"};
    char dirs[16][64] = {""};
    unsigned ndirs = 1;
    for (unsigned i = 0; i < 60; i++) {
        char path[256], target[512];
        snprintf(path, sizeof path, "%s%s", dirs[rnd(ndirs)], names[rnd(ARRAY_SIZE(names))]);
        unsigned kind = rnd(4);
        if (kind == 0 && ndirs < ARRAY_SIZE(dirs) && strlen(path) < 32) {
            if (mkdir(path, 0777) == 0)
                snprintf(dirs[ndirs++], sizeof dirs[0], "%.40s/", path);
        } else if (kind == 1) {
            int fd = open(path, O_CREAT | O_EXCL | O_WRONLY, 0666);
            if (fd >= 0)
                close(fd);
        } else {
            random_path(target, true);
            (void) !symlink(target, path);
        }
        (void) !lchown(path, 1000 + i, 0);
    }
    /* Exactly as many links as Linux follows, and one more. */
    (void) !symlink("f", "k0");
    for (unsigned i = 1; i < 42; i++) {
        char from[8], to[8];
        snprintf(from, sizeof from, "k%u", i);
        snprintf(to, sizeof to, "k%u", i - 1);
        (void) !symlink(to, from);
    }
}

enum { OPS = 14, ROUNDS = 60, QUERIES = 150 };

/* One call, through `fs` or straight (in the chroot). The result: errno, or what tells the object. */
static long query(bool fs, unsigned op, int dirfd, const char *path, const char *path2)
{
    static const struct {
        int flags;
        uint64_t resolve;
    } how2[] = {{FS_NO_SYMLINKS, RESOLVE_NO_SYMLINKS},
                {FS_BENEATH, RESOLVE_BENEATH},
                {FS_IN_ROOT, RESOLVE_IN_ROOT},
                {FS_NO_XDEV, RESOLVE_NO_XDEV}};
    static const int flags[OPS] = {0,
                                   FS_NOFOLLOW,
                                   0,
                                   FS_CREATE,
                                   FS_CREATE | FS_NOFOLLOW,
                                   FS_NOFOLLOW,
                                   FS_CREATE | FS_NOFOLLOW,
                                   FS_NOFOLLOW | FS_REMOVE,
                                   FS_NOFOLLOW | FS_REMOVE,
                                   FS_NOFOLLOW | FS_REMOVE,
                                   FS_CREATE | FS_NOFOLLOW,
                                   0,
                                   0,
                                   FS_CREATE | FS_NOFOLLOW};
    struct fs_at at = {.dirfd = dirfd, .owned = -1}, at2 = {.dirfd = dirfd, .owned = -1};
    unsigned h = (unsigned) strlen(path) % ARRAY_SIZE(how2);
    struct open_how how = {.flags = O_RDONLY, .resolve = how2[h].resolve};
    struct stat st = {.st_mode = 0};
    char buf[512];
    long r, r2 = 0;
    if (fs) {
        r = fs_resolve(dirfd, path, flags[op] | (op == 12 ? how2[h].flags : 0), &at);
        if (op == 9 && r == 0)
            r2 = fs_resolve(dirfd, path2, FS_CREATE | FS_NOFOLLOW | FS_REMOVE, &at2);
        how.resolve = at.resolve;
        if (r || r2) {
            fs_at_done(&at);
            return r ? r : r2;
        }
    } else {
        strcpy(at.path, path);
        strcpy(at2.path, path2);
    }
    const char *p = at.path;
    int d = at.dirfd;
    switch (op) {
    case 0:
        r = host(SYS_newfstatat, d, p, &st, 0);
        break;
    case 1:
        r = host(SYS_newfstatat, d, p, &st, AT_SYMLINK_NOFOLLOW);
        break;
    case 2:
        r = host(SYS_openat, d, p, O_RDONLY, 0);
        break;
    case 3:
        r = host(SYS_openat, d, p, O_CREAT | O_WRONLY | at.open_flags, 0644);
        break;
    case 4:
        r = host(SYS_openat, d, p, O_CREAT | O_EXCL | O_WRONLY, 0644);
        break;
    case 5:
        r = host(SYS_readlinkat, d, p, buf, sizeof buf);
        break;
    case 6:
        r = host(SYS_mkdirat, d, p, 0755);
        break;
    case 7:
        r = host(SYS_unlinkat, d, p, 0);
        break;
    case 8:
        r = host(SYS_unlinkat, d, p, AT_REMOVEDIR);
        break;
    case 9:
        r = host(SYS_renameat2, d, p, at2.dirfd, at2.path, 0);
        break;
    case 10:
        r = host(SYS_symlinkat, "f", d, p);
        break;
    case 11:
        r = host(SYS_openat, d, p, O_PATH | O_DIRECTORY, 0);
        break;
    case 12:
        do
            r = host(SYS_openat2, d, p, &how, sizeof how);
        while (r == -EAGAIN); /* a rename anywhere on the machine, beside a ".." (openat2(2)) */
        break;
    default:
        r = host(SYS_openat, d, p, O_CREAT | O_RDONLY | O_NOFOLLOW, 0644);
        break;
    }
    if (r >= 0 && (op == 2 || op == 3 || op == 4 || op >= 11)) {
        int fd = (int) r;
        r = host(SYS_newfstatat, fd, "", &st, AT_EMPTY_PATH);
        close(fd);
    }
    fs_at_done(&at);
    fs_at_done(&at2);
    return r < 0 ? r : (long) (st.st_uid * 16 + (st.st_mode >> 12)) + (op == 5 ? r : 0);
}

struct answer {
    char path[320], path2[320];
    unsigned op, start;
    long result;
};

static void ask(bool fs, unsigned round, struct answer *answers)
{
    seed = round * 7919 + 17;
    int dir[2] = {AT_FDCWD, open("a", O_RDONLY | O_DIRECTORY | O_NOFOLLOW)};
    for (unsigned i = 0; i < QUERIES; i++) {
        struct answer *a = &answers[i];
        memset(a, 0, sizeof *a);
        a->op = rnd(OPS);
        a->start = dir[1] >= 0 ? rnd(2) : 0;
        random_path(a->path, false);
        random_path(a->path2, false);
        if (rnd(40) == 0)
            strcpy(a->path, rnd(2) ? "/k39" : "/k40");
        a->result = query(fs, a->op, dir[a->start], a->path, a->path2);
        /* A rename anywhere on the machine can make the kernel walk a second time, which counts links that it has counted already. */
        for (unsigned n = 0; n < 20 && a->result == -ELOOP; n++)
            a->result = query(fs, a->op, dir[a->start], a->path, a->path2);
    }
    if (dir[1] >= 0)
        close(dir[1]);
}

/* In every third tree the working directory is "a", when that is a directory. */
static void start_in_a(unsigned round)
{
    int fd = round % 3 == 0 ? open("a", O_RDONLY | O_DIRECTORY | O_NOFOLLOW) : -1;
    if (fd >= 0) {
        (void) !fchdir(fd);
        close(fd);
    }
}

static void resolves_as_the_kernel_does_in_a_chroot(void **state)
{
    (void) state;
    static struct answer want[QUERIES], got[QUERIES];
    unsigned before = open_fds(), good = 0;
    for (unsigned round = 0; round < ROUNDS; round++) {
        char root[2][128];
        for (int i = 0; i < 2; i++) {
            snprintf(root[i], sizeof root[i], "%s/t%d", scratch, i);
            sh("rm -rf %s && mkdir %s", root[i], root[i]);
            assert_int_equal(chdir(root[i]), 0);
            seed = round;
            random_tree();
        }
        int p[2];
        assert_int_equal(pipe(p), 0);
        pid_t pid = fork();
        if (pid == 0) {
            if (chdir(root[0]) || chroot(root[0]))
                _exit(errno == EPERM ? 77 : 1);
            (void) !chdir("/");
            start_in_a(round);
            ask(false, round, want);
            for (size_t n = 0; n < sizeof want;) {
                ssize_t w = write(p[1], (char *) want + n, sizeof want - n);
                if (w <= 0)
                    _exit(1);
                n += (size_t) w;
            }
            _exit(0);
        }
        close(p[1]);
        size_t n = 0;
        for (ssize_t r; (r = read(p[0], (char *) want + n, sizeof want - n)) > 0;)
            n += (size_t) r;
        close(p[0]);
        int status;
        assert_int_equal(waitpid(pid, &status, 0), pid);
        if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
            print_message("skipped: chroot, the oracle, is not permitted here\n");
            skip();
        }
        assert_int_equal(status, 0);

        if (round & 1) {
            assert_int_equal(change_root(root[1], true), 0);
            assert_int_equal(chdir(root[1]), 0);
        } else {
            enter_root_dir(root[1]);
        }
        start_in_a(round);
        ask(true, round, got);
        for (unsigned i = 0; i < QUERIES; i++) {
            if (want[i].result != got[i].result)
                fail_msg("round %u query %u op %u start %u '%s' '%s': %ld, the kernel says %ld", round, i, got[i].op,
                         got[i].start, got[i].path, got[i].path2, got[i].result, want[i].result);
            good += want[i].result >= 0;
        }
        assert_int_equal(chdir("/"), 0);
        leave_root();
    }
    assert_int_equal(open_fds(), before);
    assert_true(good > ROUNDS * QUERIES / 10); /* the trees are not so hostile that nothing is found */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(without_a_sysroot_the_path_is_copied, teardown),
        cmocka_unit_test_teardown(window_numbers_are_absent_from_proc, teardown),
        cmocka_unit_test_teardown(exe_goes_where_the_hook_says, teardown),
        cmocka_unit_test_teardown(sysroot_confines, teardown),
        cmocka_unit_test_teardown(proc_dev_and_sys_are_the_hosts, teardown),
        cmocka_unit_test_teardown(outside_directories_are_no_start, teardown),
        cmocka_unit_test_teardown(names_are_shown_as_the_guest_knows_them, teardown),
        cmocka_unit_test_teardown(root_survives_adoption_and_bad_roots_are_refused, teardown),
        cmocka_unit_test_teardown(another_root_is_no_wall, teardown),
        cmocka_unit_test_teardown(proc_names_are_read, teardown),
        cmocka_unit_test_teardown(swapped_symlink_never_leads_outside, teardown),
        cmocka_unit_test_teardown(result_stands_when_names_change_before_the_call, teardown),
        cmocka_unit_test_teardown(resolves_as_the_kernel_does_in_a_chroot, teardown),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
