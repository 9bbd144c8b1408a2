/* covers: mlockall munlockall mprotect mincore */
/* A page that cannot be brought in is no error of mlockall: all else is there and locked, and what comes later too. */
#include "memlock.h"

static char *const base = (char *) 0x200000000000ul;

enum { SIZE = 2 };

static struct {
    const char *name;
    int prot, flags;
    bool of_file;
} const kinds[] = {
    {"past the end of a shared file", RW, MAP_SHARED, true},
    {"past the end of a private file", RW, MAP_PRIVATE, true},
    {"past the end of a file, to read", PROT_READ, MAP_SHARED, true},
    {"no rights", PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, false},
    {"no rights on a file", PROT_NONE, MAP_SHARED, true},
};

/* What is in memory before it and after it (no read has brought it in yet), and what is locked of it all. */
static void show_all(const char *what)
{
    const unsigned before = present(base, SIZE), after = present(base + 8 * T_PAGE, SIZE);
    show_pages(what, base, 20);
    printf("  present: %u before, %u after\n", before, after);
}

static char *map(char *at, int prot)
{
    char *p = mmap(at, SIZE * T_PAGE, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    MUST(p == at);
    return p;
}

static void future(const char *what, int page)
{
    const long before = status_pages("VmLck");
    char *p = map(base + page * T_PAGE, RW);
    const unsigned there = present(p, SIZE);
    printf("  %s: %u present, %+ld locked\n", what, there, status_pages("VmLck") - before);
}

static void try(int kind, int fd)
{
    map(base, RW);
    char *p = mmap(base + 4 * T_PAGE, SIZE * T_PAGE, kinds[kind].prot, MAP_FIXED | kinds[kind].flags,
                   kinds[kind].of_file ? fd : -1, 0);
    MUST(p == base + 4 * T_PAGE);
    map(base + 8 * T_PAGE, RW);

    show("mlockall(MCL_CURRENT)", mlockall(MCL_CURRENT));
    show_all("  locked");
    future("mapped since", 12);
    CHECK(munlockall() == 0);
    show("mlockall(MCL_CURRENT | MCL_FUTURE)", mlockall(MCL_CURRENT | MCL_FUTURE));
    show_all("  locked");
    future("mapped since", 16);
    /* it comes when it can */
    CHECK(ftruncate(fd, SIZE * T_PAGE) == 0);
    CHECK(mprotect(p, SIZE * T_PAGE, RW) == 0);
    if (!kinds[kind].of_file)
        printf("  present, with rights: %u\n", present(p, SIZE));
    show_pages("  with rights and a file", p, SIZE);
    CHECK(munlockall() == 0 && status_pages("VmLck") == 0);
    show_all("munlockall");
}

int main(void)
{
    fault_catch();
    for (unsigned i = 0; i < ARRAY_SIZE(kinds); i++) {
        int fd = memfd_create("short", 0);
        MUST(fd >= 0 && ftruncate(fd, T_PAGE) == 0);
        show_status(kinds[i].name, IN_CHILD(try((int) i, fd)));
        close(fd);
    }
    return t_end();
}
