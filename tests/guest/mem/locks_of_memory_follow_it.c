/* covers: mlock mlock2 munlock msync mremap mmap madvise */
/* Which pages are locked: msync(MS_INVALIDATE) is EBUSY for those. */
#include "fault.h"

#define RW (PROT_READ | PROT_WRITE)

static char *const base = (char *) 0x200000000000ul;

static void show_locked(const char *what, char *p, int pages)
{
    char s[33] = "";
    for (int i = 0; i < pages; i++) {
        int r = msync(p + i * T_PAGE, T_PAGE, MS_INVALIDATE);
        s[i] = r == 0 ? '-' : errno == EBUSY ? 'L' : errno == ENOMEM ? '.' : '?';
    }
    printf("%s: %s\n", what, s);
}

static char *fresh(int pages)
{
    MUST(munmap(base, 64 * T_PAGE) == 0);
    char *p = mmap(base, (size_t) pages * T_PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    MUST(p == base);
    return p;
}

static void holes(void)
{
    char *p = fresh(8);
    MUST(munmap(p + 4 * T_PAGE, T_PAGE) == 0);
    show("lock over a hole", mlock(p, 8 * T_PAGE));
    show_locked("up to it", p, 8);
    show("lock from a hole", mlock(p + 4 * T_PAGE, 4 * T_PAGE));
    show_locked("none", p, 8);
    MUST(mlock(p + 5 * T_PAGE, 3 * T_PAGE) == 0);
    show("unlock over a hole", munlock(p + 2 * T_PAGE, 6 * T_PAGE));
    show_locked("up to it", p, 8);
    show("not needed", madvise(p, 2 * T_PAGE, MADV_DONTNEED));
    show("not needed, not locked", madvise(p + 2 * T_PAGE, 2 * T_PAGE, MADV_DONTNEED));
}

/* A page that cannot come is no error of mmap, and one of mlock that comes after all is locked. */
static void unfillable(void)
{
    int fd = memfd_create("short", 0);
    MUST(fd >= 0 && ftruncate(fd, 2 * T_PAGE) == 0);
    char *p = fresh(0 + 1);
    MUST(munmap(p, T_PAGE) == 0);
    show_ok("past the end", mmap(p, 4 * T_PAGE, RW, MAP_SHARED | MAP_FIXED | MAP_LOCKED, fd, 0) == p ? 0 : -1);
    show_locked("locked", p, 4);
    show_ok("no rights", mmap(p + 8 * T_PAGE, 4 * T_PAGE, PROT_NONE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_LOCKED, -1, 0) == p + 8 * T_PAGE
                             ? 0
                             : -1);
    show_locked("locked", p + 8 * T_PAGE, 4);
    show("not needed", madvise(p + 8 * T_PAGE, T_PAGE, MADV_DONTNEED));
    MUST(munlock(p, 4 * T_PAGE) == 0 && munlock(p + 8 * T_PAGE, 4 * T_PAGE) == 0);
    show("mlock past the end", mlock(p, 4 * T_PAGE));
    show_locked("locked", p, 4);
    show("mlock without rights", mlock(p + 8 * T_PAGE, 2 * T_PAGE));
    show_locked("locked", p + 8 * T_PAGE, 4);
    close(fd);
}

static void moves(void)
{
    char *p = fresh(8);
    MUST(mlock(p, 8 * T_PAGE) == 0);
    MUST(mremap(p + 2 * T_PAGE, 3 * T_PAGE, 3 * T_PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p + 16 * T_PAGE) ==
         p + 16 * T_PAGE);
    show_locked("moved out of the middle", p, 24);
    char *to = mremap(p + 16 * T_PAGE, 3 * T_PAGE, 3 * T_PAGE, MREMAP_MAYMOVE | 4 /* MREMAP_DONTUNMAP */, NULL);
    MUST(to != MAP_FAILED);
    show_locked("left behind", p + 16 * T_PAGE, 3);
    show_locked("moved", to, 3);
    show("not needed", madvise(p + 16 * T_PAGE, T_PAGE, MADV_DONTNEED));
    MUST(munmap(to, 3 * T_PAGE) == 0);

    p = mmap(base, 8 * T_PAGE, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED | MAP_LOCKED, -1, 0);
    MUST(p == base);
    MUST(mremap(p + 2 * T_PAGE, 3 * T_PAGE, 4 * T_PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p + 32 * T_PAGE) ==
         p + 32 * T_PAGE);
    show_locked("shared", p, 8);
    show_locked("moved and grown", p + 32 * T_PAGE, 4);
}

int main(void)
{
    holes();
    unfillable();
    moves();
    return t_end();
}
