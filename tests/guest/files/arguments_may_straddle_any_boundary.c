/* covers: open newfstatat read write readv writev pread64 poll epoll_wait nanosleep getdents64 readlink getcwd uname pipe statx
 * clock_gettime getrandom select rename migrate_pages */
#include "t.h"
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/uio.h>
#include <sys/utsname.h>

/* Places for arguments across a 2 MiB boundary and a page boundary inside one mapping, and across the seam of two mappings that
 * were made apart. */
static char *seams[3];

static void *across(char *seam, size_t size)
{
    return seam - size / 2;
}

int main(void)
{
    static const char *const names[] = {"huge page boundary", "page boundary", "seam of two mappings"};
    char *a = mmap(NULL, 8 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *b;
    int p[2], ep, dir, fd;

    MUST(a != MAP_FAILED);
    b = (char *) (((uintptr_t) a + (4 << 20)) & ~((2ul << 20) - 1));
    seams[0] = b;
    seams[1] = b + 5 * T_PAGE;
    seams[2] = b + (2 << 20);
    MUST(munmap(seams[2], T_PAGE * 4) == 0);
    MUST(mmap(seams[2], T_PAGE * 4, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == seams[2]);
    scratch();
    put_file("a-file-with-a-name", "some text in it");
    MUST(symlink("a-file-with-a-name", "link") == 0);
    dir = open(".", O_RDONLY);
    ep = epoll_create1(0);
    for (unsigned i = 0; i < ARRAY_SIZE(seams); i++) {
        char *s = seams[i];
        struct stat *st = across(s, sizeof(*st));
        struct pollfd *pf = across(s, 2 * sizeof(*pf));
        struct epoll_event *ev = across(s, sizeof(*ev));
        struct timespec *ts = across(s, sizeof(*ts));
        struct iovec *v = across(s, 2 * sizeof(*v));
        struct utsname *u = across(s, sizeof(*u));
        char *path = across(s, 18), *buf = across(s, 4096);

        printf("-- %s\n", names[i]);
        strcpy(path, "a-file-with-a-name");
        fd = (int) raw(open, path, O_RDWR);
        show_ok("open", fd);
        show("stat", raw(newfstatat, dir, strcpy(path, "a-file-with-a-name"), (char *) st - 4096, 0));
        printf("size %ld\n", (long) ((struct stat *) ((char *) st - 4096))->st_size);
        show("fstat", raw(fstat, fd, st));
        printf("size %ld\n", (long) st->st_size);
        memset(buf, '.', 4096);
        show("read", raw(read, fd, s - 5, 15));
        printf("%.15s\n", s - 5);
        show("write", raw(pwrite64, fd, strcpy(s - 2, "tail") - 1, 5, 10));
        v[0] = (struct iovec){s + 100, 3};
        v[1] = (struct iovec){s - 300, 400};
        show("readv", raw(preadv, fd, v, 2, 0, 0));
        printf("%.3s|%.12s\n", s + 100, s - 300);
        show("readlink", raw(readlink, "link", s - 7, 100));
        printf("%.18s\n", s - 7);
        show("getcwd", raw(getcwd, buf, 4096) > 1);
        CHECK(buf[0] == '/' && strlen(buf) > 1);
        show("uname", raw(uname, u));
        CHECK(strcmp(u->sysname, "Linux") == 0);
        show("getdents64", raw(getdents64, dir, buf, 4096) > 0);
        MUST(lseek(dir, 0, SEEK_SET) == 0);
        show("pipe", raw(pipe, across(s, 8)));
        memcpy(p, across(s, 8), sizeof(p));
        pf[0] = (struct pollfd){p[1], POLLOUT, 0};
        pf[1] = (struct pollfd){p[0], POLLIN, 0};
        show("poll", raw(poll, pf, 2, 0));
        printf("%x %x\n", (unsigned) pf[0].revents, (unsigned) pf[1].revents);
        *ev = (struct epoll_event){.events = EPOLLOUT, .data.u64 = 0xfedcba9876543210ull};
        show("epoll_ctl", raw(epoll_ctl, ep, EPOLL_CTL_ADD, p[1], ev));
        memset(ev, 0, sizeof(*ev));
        show("epoll_wait", raw(epoll_wait, ep, ev, 1, 0));
        printf("%x %llx\n", ev->events, (unsigned long long) ev->data.u64);
        *ts = (struct timespec){0, 1000};
        show("nanosleep", raw(nanosleep, ts, ts));
        show("clock_gettime", raw(clock_gettime, CLOCK_MONOTONIC, ts));
        CHECK(ts->tv_nsec < 1000000000);
        memset(s - 64, 0, 128);
        show("getrandom", raw(getrandom, s - 64, 128, 0));
        CHECK(memcmp(s - 64, s, 64) != 0);
        memset(s - 128, 0, 256);
        s[-128 + p[1] / 8] = (char) (1 << p[1] % 8);
        show("select", raw(select, p[1] + 1, 0, s - 128, 0, 0));
        memset(s - 128, 0, 256);
        show("statx", raw(statx, fd, "", AT_EMPTY_PATH, 0x7ff, s - 128));
        show("rename", raw(rename, strcpy(path, "a-file-with-a-name"), strcpy(s + 200, "x")));
        show("rename back", raw(rename, s + 200, path));
        const uint64_t count = 7;
        int counter = eventfd(0, EFD_NONBLOCK), watch = inotify_init1(IN_NONBLOCK);
        MUST(counter >= 0 && inotify_add_watch(watch, ".", IN_CREATE) >= 0);
        show("counter", raw(write, counter, memcpy(s - 4, &count, 8), 8));
        memset(s - 4, 0, 8);
        show("counted", raw(read, counter, s - 4, 8));
        CHECK(memcmp(s - 4, &count, 8) == 0);
        MUST(close(creat("created", 0600)) == 0 && unlink("created") == 0);
        show("event", raw(read, watch, s - 12, 1000));
        printf("%s\n", s - 12 + sizeof(struct inotify_event));
        close(counter);
        close(watch);
        const uint64_t none[2] = {0, 0};
        show("migrate_pages",
             raw(migrate_pages, 0, 129, memcpy(s - 4, none, 16), memcpy(s + 96, &(uint64_t[]){1, 0}, 16)));
        close(p[0]);
        close(p[1]);
        close(fd);
    }
    return t_end();
}
