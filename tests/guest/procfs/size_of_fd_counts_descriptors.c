/* covers: stat fstat lstat newfstatat statx */
/* only: glibc (struct statx) */
#include <sys/resource.h>

#include "../child.h"

static void look(const char *name, const char *path)
{
    struct stat st;
    struct statx sx;
    printf("%s:", name);
    MUST(raw(stat, path, &st) == 0);
    printf(" %ld", (long) st.st_size);
    MUST(raw(lstat, path, &st) == 0);
    printf(" %ld", (long) st.st_size);
    int fd = open(path, O_RDONLY | O_DIRECTORY), proc = open("/proc", O_RDONLY);
    MUST(fd >= 0 && raw(fstat, fd, &st) == 0);
    printf(" %ld", (long) st.st_size);
    MUST(raw(newfstatat, proc, path + 6, &st, 0) == 0);
    printf(" %ld", (long) st.st_size);
    MUST(raw(newfstatat, fd, "", &st, AT_EMPTY_PATH) == 0);
    printf(" %ld", (long) st.st_size);
    MUST(raw(statx, fd, "", AT_EMPTY_PATH, STATX_SIZE, &sx) == 0);
    printf(" %lu", (unsigned long) sx.stx_size);
    MUST(raw(statx, proc, path + 6, 0, STATX_SIZE, &sx) == 0);
    printf(" %lu\n", (unsigned long) sx.stx_size);
    close(fd);
    close(proc);
}

int main(void)
{
    struct stat st;
    struct rlimit rl;
    char path[64];
    look("at the start", "/proc/self/fd");
    look("with a slash", "/proc/self/fd/");
    look("of the thread", "/proc/thread-self/fd");
    for (int i = 0; i < 300; i++)
        MUST(dup(1) >= 0);
    look("300 more", "/proc/self/fd");
    MUST(close_range(3, 200, 0) == 0);
    look("fewer", "/proc/self/fd");
    MUST(getrlimit(RLIMIT_NOFILE, &rl) == 0);
    if (rl.rlim_max > rl.rlim_cur) {
        rl.rlim_cur++;
        MUST(setrlimit(RLIMIT_NOFILE, &rl) == 0);
    }
    look("another limit", "/proc/self/fd");
    snprintf(path, sizeof path, "/proc/%d/fd", getpid());
    show_status("of the parent",
                IN_CHILD(look("from a child", path); close_range(3, ~0u, 0); look("own", "/proc/self/fd")));
    MUST(stat("/proc/self/fdinfo", &st) == 0);
    printf("fdinfo: %ld\n", (long) st.st_size);
    show("at a bad address", raw(stat, "/proc/self/fd", BAD_PTR));
    return t_end();
}
