/* covers: readlink readlinkat openat newfstatat utimensat */
/* The number that the next descriptor gets is in no directory of descriptors yet, whoever looks it up in whatever way. */
#include "t.h"

static void ask(const char *name)
{
    char buf[PATH_MAX];
    struct stat st;

    CHECK(readlink(name, buf, sizeof buf) == -1 && errno == ENOENT);
    CHECK(lstat(name, &st) == -1 && errno == ENOENT);
    CHECK(stat(name, &st) == -1 && errno == ENOENT);
    CHECK(open(name, O_RDONLY) == -1 && errno == ENOENT);
    CHECK(open(name, O_PATH | O_NOFOLLOW) == -1 && errno == ENOENT);
    CHECK(access(name, F_OK) == -1 && errno == ENOENT);
    CHECK(utimensat(AT_FDCWD, name, NULL, 0) == -1 && errno == ENOENT);
}

int main(void)
{
    static const char *const dirs[] = {"/proc/self/fd", "/proc/thread-self/fd", "/proc/self/fdinfo", "/dev/fd"};
    char name[PATH_MAX];
    int next = dup(0);

    MUST(next >= 0);
    close(next);
    for (int n = next; n < next + 4; n++) {
        for (unsigned i = 0; i < ARRAY_SIZE(dirs); i++) {
            snprintf(name, sizeof name, "%s/%d", dirs[i], n);
            ask(name);
            MUST(chdir(dirs[i]) == 0);
            snprintf(name, sizeof name, "%d", n);
            ask(name);
            snprintf(name, sizeof name, "../fd/%d", n);
            ask(name);
        }
        MUST(chdir("/proc") == 0);
        snprintf(name, sizeof name, "%d/fd/%d", (int) getpid(), n);
        ask(name);
    }
    return t_end();
}
