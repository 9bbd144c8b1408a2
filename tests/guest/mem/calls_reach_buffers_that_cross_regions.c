/* covers: read write pread64 pwrite64 readv writev getrandom fstat getcwd openat */
#include <sys/uio.h>

#include "fault.h"

/* Buffers, strings and structures that lie across a 2 MiB line, across two regions, and across a hole. */
static char *line; /* a 2 MiB line with mapped memory on both sides, of two regions */

static void data(void)
{
    char out[8192], in[8192];
    int p[2], fd;
    for (size_t i = 0; i < sizeof(out); i++)
        out[i] = (char) (i * 7);
    MUST((fd = open("f", O_RDWR | O_CREAT, 0600)) >= 0);
    MUST(write(fd, out, sizeof(out)) == (ssize_t) sizeof(out));
    for (int before = 1; before < 8192; before = before * 2 + 1) {
        char *b = line - before;
        memset(b, 0, 8192);
        MUST(lseek(fd, 0, SEEK_SET) == 0);
        CHECK(read(fd, b, 8192) == 8192);
        CHECK(memcmp(b, out, 8192) == 0);
        CHECK(pwrite(fd, b, 8192, 8192) == 8192);
        CHECK(pread(fd, in, 8192, 8192) == 8192);
        CHECK(memcmp(in, out, 8192) == 0);
    }
    MUST(pipe(p) == 0);
    struct iovec iov[3] = {{line - 10, 20}, {line - 100, 50}, {line + 30, 10}};
    memcpy(line - 100, out, 200);
    CHECK(writev(p[1], iov, 3) == 80);
    CHECK(read(p[0], in, 100) == 80);
    CHECK(!memcmp(in, out + 90, 20) && !memcmp(in + 20, out, 50) && !memcmp(in + 70, out + 130, 10));
    /* the vector itself lies across the line */
    struct iovec *v = (struct iovec *) (line - 24);
    v[0] = (struct iovec){out, 5};
    v[1] = (struct iovec){out + 50, 5};
    v[2] = (struct iovec){out + 100, 5};
    CHECK(writev(p[1], v, 3) == 15);
    CHECK(readv(p[0], v, 3) == 15);
    /* a write as large as the pipe is one piece */
    CHECK(write(p[1], line - 2048, 4096) == 4096);
    CHECK(read(p[0], line - 1000, 4096) == 4096);
    close(p[0]);
    close(p[1]);
    close(fd);
}

static void structures(void)
{
    struct stat *st = (struct stat *) (line - sizeof(*st) / 2), plain;
    MUST(stat("f", &plain) == 0);
    CHECK(stat("f", st) == 0);
    CHECK(st->st_ino == plain.st_ino && st->st_size == plain.st_size);
    char *name = line - 2;
    strcpy(name, "./f");
    CHECK(stat(name, &plain) == 0);
    strcpy(line - 1, "f");
    CHECK(access(line - 1, F_OK) == 0);
    char want[PATH_MAX], *cwd = line - 7;
    MUST(getcwd(want, sizeof(want)));
    show("getcwd has its length", raw(getcwd, cwd, PATH_MAX) == (long) strlen(want) + 1);
    CHECK(strcmp(want, cwd) == 0);
    CHECK(raw(getrandom, line - 100, 200, 0) == 200);
    long *ts = (long *) (line - 8);
    CHECK(raw(clock_gettime, 1, ts) == 0 && ts[1] < 1000000000);
}

static void holes(void)
{
    char *p = map_anon(4 * T_PAGE, PROT_READ | PROT_WRITE), *end = p + 2 * T_PAGE, buf[8192];
    int fds[2], fd;
    MUST(munmap(end, T_PAGE) == 0);
    memset(p, 'a', 2 * T_PAGE);
    MUST((fd = open("f", O_RDWR)) >= 0);
    MUST(pipe(fds) == 0);
    show("file write up to a hole", pwrite(fd, end - 100, 200, 20000));
    show("file read up to a hole", pread(fd, end - 100, 200, 0));
    show("file read in a hole", pread(fd, end, 200, 0));
    show("pipe write up to a hole", write(fds[1], end - 100, 200));
    show("pipe write in a hole", write(fds[1], end, 200));
    show("what arrived", write(fds[1], "x", 1));
    struct iovec iov[2] = {{p, 10}, {end, 10}};
    show("writev, second bad", writev(fds[1], iov, 2));
    iov[0] = iov[1];
    show("writev, all bad", writev(fds[1], iov, 2));
    show("vector in a hole", raw(writev, fds[1], end, 2));
    show("vector too long", raw(writev, fds[1], iov, 1025));
    iov[0].iov_len = (size_t) -1;
    show("negative length", raw(writev, fds[1], iov, 1));
    show("nothing from a hole", write(fds[1], end, 0));
    strcpy(end - 2, "f");
    show("name that ends at a hole", access(end - 2, F_OK));
    memset(end - 2, 'f', 2);
    show("name that runs into one", access(end - 2, F_OK));
    show("structure into one", raw(fstat, fd, end - 10));
    show("read-only buffer", (mprotect(p, T_PAGE, PROT_READ), pread(fd, p, 10, 0)));
    show("read-only half", pread(fd, p + T_PAGE - 10, 20, 0));
    show("no rights", (mprotect(p, T_PAGE, PROT_NONE), write(fds[1], p, 10)));
    show("pipe holds", read(fds[0], buf, sizeof(buf)));
}

int main(void)
{
    char *p;
    scratch();
    p = map_anon(8 << 20, PROT_READ | PROT_WRITE);
    line = (char *) (((uintptr_t) p + (4 << 20)) & ~0x1ffffful);
    /* shared on the upper side: no two regions of one kind */
    MUST(mmap(line, 1 << 20, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == line);
    data();
    structures();
    holes();
    return t_end();
}
