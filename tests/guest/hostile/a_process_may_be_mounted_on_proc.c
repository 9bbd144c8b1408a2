/* covers: mount unshare openat pread64 */
/* sysroot: no (there nothing can be mounted on /proc) */
/* Where /proc shows one process only, the names in it are those of no process. Its memory is the program's all the same, or not to be had. */
#include "ownmounts.h"

static const uint64_t outside[] = {0x7e9000000000, 0x7e8000000000, 0x7d9000000000};

/* Memory and texts below `dir` tell of nothing but this program. */
static void look(const char *dir)
{
    static const char *const texts[] = {"maps", "smaps",  "cmdline", "environ", "auxv",
                                        "stat", "status", "syscall", "stack"};
    char path[PATH_MAX], byte;
    static char text[1 << 16];
    snprintf(path, sizeof path, "%s/mem", dir);
    int fd = open(path, O_RDWR);
    for (int i = 0; fd >= 0 && i < 3; i++)
        CHECK(pread(fd, &byte, 1, (off_t) outside[i]) != 1);
    close(fd);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, texts[i]);
        fd = open(path, O_RDONLY);
        ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text);
        CHECK(n <= 0 || !memmem(text, (size_t) n, "elfuse", 6));
        close(fd);
    }
    snprintf(path, sizeof path, "%s/fd", dir);
    for (int n = 1000; n < 6000; n++) { /* where no descriptor of ours is, and a supervisor's may be */
        snprintf(path, sizeof path, "%s/fd/%d", dir, n);
        CHECK(open(path, O_PATH) < 0);
    }
}

int main(void)
{
    if (!own_mounts())
        return 0;
    scratch();
    MUST(mkdir("here", 0755) == 0 && mkdir("7", 0755) == 0 && mkdir("7/task", 0755) == 0);
    MUST(mount("/proc/self", "here", NULL, MS_BIND, NULL) == 0);
    look("here");
    MUST(mount("/proc/self/task", "7/task", NULL, MS_BIND, NULL) == 0);
    char path[64];
    snprintf(path, sizeof path, "7/task/%d", (int) getpid());
    look(path);
    /* By other names, too. */
    put_file("x", "");
    MUST(mkdir("y", 0755) == 0);
    MUST(mount("/proc/self/maps", "x", NULL, MS_BIND, NULL) == 0);
    static char text[4096];
    int fd = open("x", O_RDONLY);
    ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text);
    CHECK(n <= 0 || !memmem(text, (size_t) n, "elfuse", 6));
    close(fd);
    MUST(mount("/proc/self/fd", "y", NULL, MS_BIND, NULL) == 0);
    for (int i = 1000; i < 6000; i++) {
        snprintf(path, sizeof path, "y/%d", i);
        CHECK(open(path, O_PATH) < 0);
    }
    MUST(umount("x") == 0 && umount("y") == 0);
    MUST(mount("/proc/self", "/proc", NULL, MS_BIND, NULL) == 0);
    look("/proc");
    MUST(umount("/proc") == 0 && umount("7/task") == 0 && umount("here") == 0);
    return t_end();
}
