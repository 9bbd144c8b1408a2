/* covers: utime utimes futimesat utimensat */
#include "t.h"
#include <sys/time.h>
#include <utime.h>

static void times_of(const char *what, const char *path)
{
    struct stat st;
    MUST(lstat(path, &st) == 0);
    printf("%s: %ld.%09ld %ld.%09ld\n", what, (long) st.st_atim.tv_sec, st.st_atim.tv_nsec, (long) st.st_mtim.tv_sec,
           st.st_mtim.tv_nsec);
}

int main(void)
{
    struct utimbuf ub = {1000, 2000};
    struct timeval tv[2] = {{3000, 1}, {4000, 999999}};
    struct timespec ts[2] = {{5000, 123456789}, {6000, 987654321}};
    struct timespec omit[2] = {{0, UTIME_OMIT}, {7000, 5}};
    struct timespec wrong[2] = {{0, 1000000000}, {0, 0}};
    struct timespec now[2] = {{0, UTIME_NOW}, {0, UTIME_NOW}};
    struct stat st;
    int fd, dir;

    scratch();
    put_file("f", "x");
    MUST(symlink("f", "link") == 0);
    fd = open("f", O_RDONLY);
    dir = open(".", O_RDONLY);
    show("utime", raw(utime, "f", &ub));
    times_of("f", "f");
    show("utimes", raw(utimes, "f", tv));
    times_of("f", "f");
    tv[0].tv_sec = 3500;
    show("futimesat", raw(futimesat, dir, "f", tv));
    times_of("f", "f");
    show("utimensat", raw(utimensat, dir, "f", ts, 0));
    times_of("f", "f");
    show("omit", raw(utimensat, dir, "link", omit, 0));
    times_of("f", "f");
    show("of descriptor", raw(utimensat, fd, NULL, ts, 0));
    times_of("f", "f");
    show("of link", raw(utimensat, dir, "link", ts, AT_SYMLINK_NOFOLLOW));
    times_of("link", "link");
    show("before 1970", (ts[0].tv_sec = -5, raw(utimensat, dir, "f", ts, 0)));
    times_of("f", "f");
    show("now", raw(utimensat, dir, "f", now, 0));
    MUST(stat("f", &st) == 0);
    CHECK(llabs((long long) st.st_mtim.tv_sec - time(NULL)) < 30);
    show("null is now", raw(utimes, "f", NULL));
    show("bad nanoseconds", raw(utimensat, dir, "f", wrong, 0));
    tv[0].tv_usec = 1000000;
    show("bad microseconds", raw(utimes, "f", tv));
    show("bad flag", raw(utimensat, dir, "f", ts, 0x40000000));
    show("bad times", raw(utimensat, dir, "f", BAD_PTR, 0));
    show("bad path", raw(utimensat, dir, BAD_PTR, ts, 0));
    show("utime bad times", raw(utime, "f", BAD_KERNEL));
    show("utimes bad times", raw(utimes, "f", BAD_HOLE));
    show("futimesat bad times", raw(futimesat, dir, "f", BAD_PTR));
    show("absent", raw(utimes, "absent", NULL));
    show("bad fd", raw(utimensat, 99, NULL, ts, 0));
    return t_end();
}
