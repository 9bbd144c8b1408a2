/* covers: fork madvise munmap mremap mmap */
#include "fault.h"
#include "snapshot.h"

/* One side drops, moves, replaces or empties pages of each kind of memory; what that does to the other is the kernel's word. */
enum { PAGES = 24 };

static struct gate a, b;

static void fill(char *p, char c)
{
    for (int i = 0; i < PAGES; i++)
        memset(p + i * T_PAGE, c + i, T_PAGE);
}

static void look(const char *who, char *p)
{
    char line[PAGES + 1];
    memset(line, 0, sizeof(line));
    for (int i = 0; i < PAGES; i++)
        if (FAULTS(line[i] = *(volatile char *) (p + i * T_PAGE + 9)))
            line[i] = fault_sig == SIGBUS ? '!' : '-';
        else if (line[i] == 0)
            line[i] = '0';
    printf("%s: %s\n", who, line);
}

static void drop(char *p)
{
    MUST(madvise(p, 2 * T_PAGE, MADV_DONTNEED) == 0);
    MUST(munmap(p + 3 * T_PAGE, T_PAGE) == 0);
    MUST(mremap(p + 5 * T_PAGE, T_PAGE, T_PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p + 7 * T_PAGE) == p + 7 * T_PAGE);
    MUST(mmap(p + 9 * T_PAGE, T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) !=
         MAP_FAILED);
    MUST(mprotect(p + 11 * T_PAGE, T_PAGE, PROT_NONE) == 0);
    madvise(p + 13 * T_PAGE, T_PAGE, MADV_REMOVE); /* empties shared memory for all, and is refused for other */
    MUST(mremap(p + 15 * T_PAGE, 2 * T_PAGE, T_PAGE, 0) == p + 15 * T_PAGE);
    char *q = mremap(p + 17 * T_PAGE, T_PAGE, 64 * T_PAGE, MREMAP_MAYMOVE);
    MUST(q != MAP_FAILED && q[9] != 0);
    if (madvise(p + 19 * T_PAGE, T_PAGE, MADV_DONTNEED) == 0)
        (void) *(volatile char *) (p + 19 * T_PAGE);
    p[21 * T_PAGE + 9] = '*';
    madvise(p + 21 * T_PAGE, T_PAGE, MADV_DONTNEED);
    p[23 * T_PAGE + 9] = '+';
}

static void both(const char *name, char *(*make)(void) )
{
    printf("%s\n", name);
    char *p = make();
    pid_t pid = fork();
    MUST(pid >= 0);
    if (pid == 0) {
        gate_wait(&a);
        look("  child", p);
        _exit(0);
    }
    drop(p);
    gate_open(&a);
    MUST(reap(pid) == 0);
    look("  parent that drops", p);

    p = make();
    pid = fork();
    MUST(pid >= 0);
    if (pid == 0) {
        drop(p);
        gate_open(&b);
        gate_wait(&a);
        look("  child that drops", p);
        _exit(0);
    }
    gate_wait(&b);
    look("  parent", p);
    gate_open(&a);
    MUST(reap(pid) == 0);
}

static char *map(int flags, int fd)
{
    char *p = mmap(NULL, PAGES * T_PAGE, PROT_READ | PROT_WRITE, flags, fd, 0);
    MUST(p != MAP_FAILED);
    if (fd >= 0)
        close(fd);
    return p;
}

static char *anonymous(void)
{
    char *p = map(MAP_PRIVATE | MAP_ANONYMOUS, -1);
    fill(p, 'A');
    return p;
}

static int file(void)
{
    char page[T_PAGE];
    int fd = open("f", O_RDWR | O_CREAT | O_TRUNC, 0600);
    MUST(fd >= 0);
    for (int i = 0; i < PAGES; i++) {
        memset(page, 'a' + i, T_PAGE);
        MUST(write(fd, page, T_PAGE) == T_PAGE);
    }
    MUST(unlink("f") == 0);
    return fd;
}

/* every second page modified */
static char *private_file(void)
{
    char *p = map(MAP_PRIVATE, file());
    for (int i = 0; i < PAGES; i += 2)
        memset(p + i * T_PAGE, 'A' + i, T_PAGE);
    p[21 * T_PAGE + 9] = 'V';
    return p;
}

static char *shared_file(void)
{
    return map(MAP_SHARED, file());
}

static char *shared(void)
{
    char *p = map(MAP_SHARED | MAP_ANONYMOUS, -1);
    fill(p, 'A');
    return p;
}

int main(void)
{
    fault_catch();
    scratch();
    gate_init(&a);
    gate_init(&b);
    both("anonymous", anonymous);
    both("private file", private_file);
    both("shared file", shared_file);
    both("shared", shared);
    return t_end();
}
