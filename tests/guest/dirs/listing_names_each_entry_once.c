/* covers: getdents getdents64 lseek */
#include "t.h"

struct d64 {
    uint64_t ino;
    int64_t off;
    uint16_t len;
    uint8_t type;
    char name[];
};

struct d32 {
    unsigned long ino, off;
    unsigned short len;
    char name[];
};

#define N 300
static int seen[N];
static int dots, others, wrong_type;

static void note(const char *name, int type)
{
    int i;
    if (sscanf(name, "entry.%d", &i) == 1 && i >= 0 && i < N) {
        seen[i]++;
        if (type != 0 && type != (i == 7 ? 4 : i == 8 ? 10 : 8))
            wrong_type++;
    } else if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
        dots++;
    } else {
        others++;
    }
}

static void report(const char *what)
{
    int once = 0;
    for (int i = 0; i < N; i++)
        once += seen[i] == 1;
    printf("%s: %d once, %d dots, %d others, %d of a wrong type\n", what, once, dots, others, wrong_type);
    memset(seen, 0, sizeof(seen));
    dots = others = wrong_type = 0;
}

int main(void)
{
    char name[32], buf[2000];
    int fd;
    long n;

    scratch();
    for (int i = 0; i < N; i++) {
        snprintf(name, sizeof(name), "entry.%d", i);
        if (i == 7)
            MUST(mkdir(name, 0700) == 0);
        else if (i == 8)
            MUST(symlink("x", name) == 0);
        else
            put_file(name, "");
    }
    fd = open(".", O_RDONLY | O_DIRECTORY);
    MUST(fd >= 0);
    while ((n = raw(getdents64, fd, buf, sizeof(buf))) > 0)
        for (long o = 0; o < n; o += ((struct d64 *) (buf + o))->len)
            note(((struct d64 *) (buf + o))->name, ((struct d64 *) (buf + o))->type);
    show("end", n);
    report("getdents64");
    show("rewind", lseek(fd, 0, SEEK_SET));
    while ((n = raw(getdents, fd, buf, sizeof(buf))) > 0)
        for (long o = 0; o < n; o += ((struct d32 *) (buf + o))->len) {
            struct d32 *d = (struct d32 *) (buf + o);
            note(d->name, buf[o + d->len - 1]);
        }
    report("getdents");

    /* Removing what was read does not disturb the rest. */
    MUST(lseek(fd, 0, SEEK_SET) == 0);
    while ((n = raw(getdents64, fd, buf, 200)) > 0)
        for (long o = 0; o < n; o += ((struct d64 *) (buf + o))->len) {
            struct d64 *d = (struct d64 *) (buf + o);
            note(d->name, d->type);
            if (d->type == 8)
                unlink(d->name);
        }
    report("while removing");

    MUST(lseek(fd, 0, SEEK_SET) == 0);
    show("no room", raw(getdents64, fd, buf, 8));
    show("negative room", raw(getdents64, fd, buf, -1));
    show("room of 2^31", raw(getdents64, fd, buf, 1ul << 31));
    show("old, negative room", raw(getdents, fd, buf, -1));
    show("bad buffer", raw(getdents64, fd, BAD_PTR, 1000));
    show("old, bad buffer", raw(getdents, fd, BAD_PTR, 1000));
    show("bad fd", raw(getdents64, 99, buf, sizeof(buf)));
    show("of a file", (fd = open("/proc/version", O_RDONLY), raw(getdents64, fd, buf, sizeof(buf))));
    show("of O_PATH", (fd = open(".", O_PATH), raw(getdents64, fd, buf, sizeof(buf))));
    return t_end();
}
