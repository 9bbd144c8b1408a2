/* covers: mount unshare openat openat2 pread64 readlink */
/* sysroot: no (there nothing can be mounted on /proc) */
/* Of which process a file of procfs tells does not depend on where that procfs is mounted, in which pid namespace it is read, or what is mounted upon its
 * files. Its memory is the program's, or not to be had. */
#include <sys/prctl.h>
#include <sys/resource.h>

#include "ownmounts.h"

static const uint64_t outside[] = {0x7e9000000000, 0x7e8000000000, 0x7d9000000000};
static int secret = 42;

static bool tells_of(const char *path, const char *word)
{
    static char text[1 << 16];
    int fd = open(path, O_RDONLY);
    ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text);
    close(fd);
    return n > 0 && memmem(text, (size_t) n, word, strlen(word));
}

/* Memory and texts below `dir` tell of nothing but a program. */
static void look(const char *dir)
{
    static const char *const texts[] = {"maps", "smaps", "environ", "auxv", "stat", "status", "stack"};
    char path[PATH_MAX], byte;
    snprintf(path, sizeof path, "%s/mem", dir);
    int fd = open(path, O_RDWR);
    for (size_t i = 0; fd >= 0 && i < ARRAY_SIZE(outside); i++)
        CHECK(pread(fd, &byte, 1, (off_t) outside[i]) != 1);
    close(fd);
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        snprintf(path, sizeof path, "%s/%s", dir, texts[i]);
        CHECK(!tells_of(path, "elfuse"));
    }
    struct rlimit files;
    MUST(getrlimit(RLIMIT_NOFILE, &files) == 0);
    const int first = (int) files.rlim_cur;
    for (int n = first; n < first + 16; n++) { /* where no descriptor of ours is, and a supervisor's may be */
        snprintf(path, sizeof path, "%s/fd/%d", dir, n);
        CHECK(open(path, O_PATH) < 0);
        snprintf(path, sizeof path, "%s/fdinfo/%d", dir, n);
        CHECK(open(path, O_PATH) < 0);
    }
}

static void no_map_files(void)
{
    char path[PATH_MAX], link[PATH_MAX];
    bool told = false;
    for (size_t i = 0; i < ARRAY_SIZE(outside); i++)
        for (uint64_t end = outside[i] + T_PAGE; end < outside[i] + (2 << 20); end += T_PAGE) {
            snprintf(path, sizeof path, "/proc/self/map_files/%" PRIx64 "-%" PRIx64, outside[i], end);
            told |= readlink(path, link, sizeof link) >= 0;
        }
    printf("files are mapped outside: %s\n", told ? "yes" : "no");
}

/* The program's memory, by its own or another's file: 1, 0 (refused), or -1. */
static int reads_secret(const char *dir, int want)
{
    char path[PATH_MAX];
    int seen = 0;
    snprintf(path, sizeof path, "%s/mem", dir);
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        return 0;
    ssize_t n = pread(fd, &seen, sizeof seen, (off_t) (uintptr_t) &secret);
    close(fd);
    return n == sizeof seen && seen == want ? 1 : -1;
}

/* Number 1 of a namespace: the outer procfs on /proc, then one of its own. */
static void inside(const char *parent)
{
    char path[PATH_MAX], self[PATH_MAX] = "";
    secret = 43;
    look(parent);
    CHECK(reads_secret(parent, 42) >= 0);
    CHECK(readlink("/proc/self/exe", self, sizeof self - 1) > 0);
    printf("outer procfs: maps %d, status %d, mem %d\n", tells_of("/proc/self/maps", self),
           tells_of("/proc/self/status", "Threads:\t1\n"), reads_secret("/proc/self", 43));
    look("/proc/self");
    if (mount("proc", "/proc", "proc", 0, NULL)) {
        puts("no procfs for namespaces here");
        return;
    }
    pid_t pid = fork();
    if (pid == 0) {
        secret = 44;
        prctl(PR_SET_NAME, "second");
        raise(SIGSTOP);
        _exit(0);
    }
    int status;
    MUST(waitpid(pid, &status, WUNTRACED) == pid);
    printf("own procfs: number %d, maps %d, status %d, mem %d\n", (int) getpid(), tells_of("/proc/1/maps", self),
           tells_of("/proc/1/status", "Threads:\t1\n"), reads_secret("/proc/1", 43));
    snprintf(path, sizeof path, "/proc/%d/status", (int) pid);
    printf("child: number %d, name %d", (int) pid, tells_of(path, "second"));
    snprintf(path, sizeof path, "/proc/%d/maps", (int) pid);
    printf(", maps %d", tells_of(path, self));
    snprintf(path, sizeof path, "/proc/%d", (int) pid);
    printf(", mem %d\n", reads_secret(path, 44));
    look("/proc/1");
    look(path);
    printf("thread: %d\n", tells_of("/proc/thread-self/status", "Threads:\t1\n"));
    /* Another place: the names there are the same. */
    MUST(mkdir("p", 0755) == 0 && mount("proc", "p", "proc", 0, NULL) == 0);
    printf("elsewhere: maps %d, mem %d\n", tells_of("p/1/maps", self), reads_secret("p/1", 43));
    look("p/1");
    MUST(umount("p") == 0 && kill(pid, SIGKILL) == 0 && waitpid(pid, &status, 0) == pid);
    MUST(umount("/proc") == 0);
}

static void below_a_number(void)
{
    char path[PATH_MAX], self[PATH_MAX] = "";
    MUST(mkdir("7", 0755) == 0 && mount("/proc", "7", NULL, MS_BIND | MS_REC, NULL) == 0);
    CHECK(readlink("/proc/self/exe", self, sizeof self - 1) > 0);
    snprintf(path, sizeof path, "7/%d", (int) getpid());
    look("7/self");
    look(path);
    printf("below a number: maps %d, mem %d\n", tells_of("7/self/maps", self), reads_secret(path, 42));
    int dir = open("7/self/fd", O_RDONLY | O_DIRECTORY);
    CHECK(dir >= 0 && faccessat(dir, "0", F_OK, AT_SYMLINK_NOFOLLOW) == 0);
    close(dir);
    MUST(umount2("7", MNT_DETACH) == 0);
}

/* What is mounted over the files of one's own thread. */
static void covered(const char *thread)
{
    char path[PATH_MAX], self[PATH_MAX] = "";
    CHECK(readlink("/proc/self/exe", self, sizeof self - 1) > 0);
    MUST(mount("none", thread, "tmpfs", 0, NULL) == 0);
    snprintf(path, sizeof path, "%s/maps", thread);
    MUST(mkfifo(path, 0600) == 0);
    alarm(20);
    printf("beside a FIFO: maps %d\n", tells_of("/proc/self/maps", self));
    MUST(unlink(path) == 0 && symlink("/dev/zero", path) == 0);
    printf("beside zeros: maps %d\n", tells_of("/proc/self/maps", self));
    snprintf(path, sizeof path, "%s/mem", thread);
    MUST(symlink("/dev/zero", path) == 0);
    printf("beside zeros: mem %d\n", reads_secret("/proc/self", 42));
    alarm(0);
    MUST(umount(thread) == 0);
}

/* In the mount namespace that the program was started in, for who may. */
static void misled(void)
{
    char fds[64], link[80], path[PATH_MAX];
    MUST(mkdir("links", 0755) == 0);
    for (int i = 3; i < 40; i++) {
        snprintf(path, sizeof path, "links/%d", i);
        MUST(symlink("/proc/version", path) == 0);
    }
    snprintf(fds, sizeof fds, "/proc/%d/task/%d/fd", (int) getpid(), (int) getpid());
    if (mount("links", fds, NULL, MS_BIND, NULL)) {
        puts("nothing is mounted here");
        return;
    }
    snprintf(link, sizeof link, "%s/3", fds);
    char byte;
    int fd = open("/proc/self/mem", O_RDWR);
    for (size_t i = 0; fd >= 0 && i < ARRAY_SIZE(outside); i++)
        CHECK(pread(fd, &byte, 1, (off_t) outside[i]) != 1);
    close(fd);
    CHECK(!tells_of("/proc/self/maps", "elfuse"));
    printf("mounted upon: %zd\n", readlink(link, path, sizeof path));
    MUST(umount(fds) == 0);
}

int main(void)
{
    char own[32], thread[64];
    snprintf(own, sizeof own, "/proc/%d", (int) getpid());
    snprintf(thread, sizeof thread, "%s/task/%d", own, (int) getpid());
    scratch();
    no_map_files();
    misled();
    if (!own_mounts())
        return 0;
    below_a_number();
    covered(thread);
    MUST(unshare(CLONE_NEWPID) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        inside(own);
        _exit(t_end());
    }
    int status;
    MUST(waitpid(pid, &status, 0) == pid);
    printf("inside: %x\n", status);
    return t_end();
}
