/* covers: fork mmap munmap flock fcntl execve mremap */
/* A mapping holds its file as a descriptor does, and no longer than it is there: locks of the open file, leases, the right to execute it. */
#include <sys/file.h>

#include "child.h"

#ifndef F_OFD_SETLK
#define F_OFD_SETLK 37
#endif

enum { SIZE = 2 * T_PAGE, FILES = 3000 };

static int file(const char *name, int how)
{
    int fd = open(name, how | O_CREAT, 0700);
    MUST(fd >= 0);
    return fd;
}

static char *map(int fd, int prot)
{
    char *p = mmap(NULL, SIZE, prot, MAP_SHARED, fd, 0);
    MUST(p != MAP_FAILED);
    return p;
}

/* What another process finds that wants it for itself. */
static void ask(const char *what)
{
    MUST(IN_CHILD({
             int fd = open("db", O_RDWR | O_NONBLOCK);
             printf("  %s: open %s", what, fd < 0 ? errname(errno) : "ok");
             if (fd >= 0) {
                 struct flock l = {.l_type = F_WRLCK};
                 printf(", flock %s", flock(fd, LOCK_EX | LOCK_NB) ? errname(errno) : "ok");
                 MUST(fcntl(fd, F_GETLK, &l) == 0);
                 printf(", record lock %s", l.l_type == F_UNLCK ? "ok" : "taken");
             }
             printf("\n");
         }) == 0);
}

static void lock_whole(int fd)
{
    MUST(flock(fd, LOCK_EX) == 0);
}

static void lock_open_file(int fd)
{
    struct flock l = {.l_type = F_WRLCK};
    MUST(fcntl(fd, F_OFD_SETLK, &l) == 0);
}

static void lease(int fd)
{
    MUST(signal(SIGIO, SIG_IGN) != SIG_ERR);
    MUST(fcntl(fd, F_SETLEASE, F_RDLCK) == 0);
}

static void try(const char *name, int how, void (*take)(int))
{
    printf("%s\n", name);
    int prot = how == O_RDONLY ? PROT_READ : PROT_READ | PROT_WRITE, fd = file("db", how);
    take(fd);
    char *p = map(fd, prot), *q;
    MUST(close(fd) == 0);
    ask("mapped");
    MUST(munmap(p + T_PAGE, T_PAGE) == 0);
    ask("mapped in part");
    MUST((q = mremap(p, T_PAGE, SIZE, MREMAP_MAYMOVE)) != MAP_FAILED);
    ask("moved");
    MUST(munmap(q, SIZE) == 0);
    ask("not mapped");

    take(fd = file("db", how));
    p = map(fd, prot);
    MUST(munmap(p, SIZE) == 0);
    ask("open");
    MUST(close(fd) == 0);
    ask("closed");

    take(fd = file("db", how));
    p = map(fd, prot);
    MUST(close(fd) == 0);
    MUST(mmap(p, SIZE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == p);
    ask("other memory in its place");
    MUST(munmap(p, SIZE) == 0);
}

/* They belong to the process, and go with any descriptor of the file, but with no mapping. */
static void record_locks(void)
{
    struct flock l = {.l_type = F_WRLCK};
    int fd = file("db", O_RDWR), other = file("db", O_RDWR);
    printf("record locks\n");
    MUST(fcntl(fd, F_SETLK, &l) == 0);
    char *p = map(fd, PROT_READ), *q = map(other, PROT_READ);
    MUST(munmap(p, SIZE) == 0);
    ask("not mapped");
    MUST(munmap(q, SIZE) == 0);
    ask("nor by the other");
    for (int i = 0; i < 100; i++)
        MUST(munmap(map(other, PROT_READ | PROT_WRITE), SIZE) == 0);
    ask("nor again");
    MUST(close(other) == 0);
    ask("the other closed");
    MUST(close(fd) == 0);
}

static void program(void)
{
    int from = open("/proc/self/exe", O_RDONLY), to = file("prog", O_RDWR);
    struct stat st;
    MUST(from >= 0 && fstat(from, &st) == 0 && ftruncate(to, st.st_size) == 0);
    char *p = mmap(NULL, (size_t) st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, to, 0);
    MUST(p != MAP_FAILED && read(from, p, (size_t) st.st_size) == st.st_size);
    close(from);
    close(to);
    MUST(munmap(p, (size_t) st.st_size) == 0);
    show_status("written by a mapping and executed", IN_CHILD({
                    execl("./prog", "prog", "executed", NULL);
                    printf("  %s\n", errname(errno));
                    _exit(1);
                }));
}

/* One after another, more than a process has descriptors. */
static void many(void)
{
    char name[32];
    char *last = NULL;
    for (int i = 0; i < FILES; i++) {
        snprintf(name, sizeof name, "f%d", i);
        int fd = file(name, O_RDWR);
        MUST(ftruncate(fd, SIZE) == 0 && unlink(name) == 0);
        char *p = map(fd, PROT_READ | PROT_WRITE);
        MUST(close(fd) == 0);
        *p = (char) i;
        if (last)
            MUST(munmap(last, SIZE) == 0);
        last = p;
    }
    show_status("a child has the last one", IN_CHILD({
                    CHECK(*last == (char) (FILES - 1));
                    *last = 7;
                    show_status("  and its child", IN_CHILD({
                                    CHECK(*last == 7);
                                    *last = 8;
                                }));
                    MUST(munmap(last, SIZE) == 0);
                }));
    printf("  %d\n", *last);
    show_status("a child after it has been let go", IN_CHILD({ CHECK(*last == 8); }));
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        printf("  %s\n", argv[1]);
        return 0;
    }
    scratch();
    int fd = file("db", O_RDWR);
    MUST(ftruncate(fd, SIZE) == 0 && close(fd) == 0);
    try("flock", O_RDWR, lock_whole);
    try("flock, read only", O_RDONLY, lock_whole);
    try("lock of an open file", O_RDWR, lock_open_file);
    try("lease", O_RDONLY, lease);
    record_locks();
    program();
    many();
    return t_end();
}
