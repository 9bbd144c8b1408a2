/* covers: readlink readlinkat open stat access chdir statx */
/* Whatever is opened while a path is walked: a number that the program has not opened names nothing in /proc/self/fd. */
#include "t.h"

static const char *const dirs[] = {"/proc/self/fd", "/proc/self/fdinfo", "/proc/thread-self/fd",
                                   "/proc/self/task/../fd", "/dev/fd"};

static const char *result(long r)
{
    return r < 0 ? errname(errno) : "found";
}

int main(void)
{
    char path[64], number[16], buf[64];
    struct stat st;
    int there = 0;

    chdir("/proc/self");
    for (int n = 3; n < 24; n++) {
        snprintf(number, sizeof(number), "fdinfo/%d", n);
        there += raw(open, number, O_RDONLY) >= 0;
        there += stat(number, &st) == 0;
        snprintf(number, sizeof(number), "fd/%d", n);
        there += raw(readlink, number, buf, sizeof(buf)) >= 0;
        there += stat(number, &st) == 0;
    }
    printf("found from /proc/self: %d\n", there);
    for (size_t d = 0; d < ARRAY_SIZE(dirs); d++) {
        for (int n = 3; n < 12; n++) {
            long r;
            snprintf(path, sizeof(path), "%s/%d", dirs[d], n);
            printf("%s: %s", path, result(raw(readlink, path, buf, sizeof(buf))));
            printf(" %s", result(raw(readlinkat, 3, path, buf, sizeof(buf))));
            printf(" %s", result(raw(stat, path, &st)));
            printf(" %s", result(raw(lstat, path, &st)));
            printf(" %s", result(raw(access, path, F_OK)));
            printf(" %s", result(r = raw(open, path, O_PATH)));
            if (r >= 0)
                close((int) r);
            printf(" %s", result(r = raw(open, path, O_RDONLY | O_DIRECTORY)));
            if (r >= 0)
                close((int) r);
            snprintf(path, sizeof(path), "%s/%d/.", dirs[d], n);
            printf(" %s", result(raw(stat, path, &st)));
            printf(" %s\n", result(raw(chdir, path)));
        }
    }
    /* what is open is found, at every number */
    int fd = open("/", O_RDONLY | O_DIRECTORY);
    MUST(fd >= 0);
    for (int n = 3; n < 12; n++) {
        if (n != fd)
            MUST(dup2(fd, n) == n);
        snprintf(path, sizeof(path), "/proc/self/fd/%d", n);
        printf("%d: %s", n, result(raw(readlink, path, buf, sizeof(buf))));
        printf(" %s", result(raw(stat, path, &st)));
        printf(" %s\n", result(raw(chdir, path)));
        if (n != fd)
            close(n);
    }
    return t_end();
}
