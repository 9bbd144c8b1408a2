/* covers: openat read mmap mprotect munmap brk */
#include "t.h"
#include <sys/auxv.h>

struct map {
    unsigned long from, to, off;
    char perms[8], name[256];
};

static struct map maps[512];
static int nmaps;

static void load(void)
{
    static char buf[1 << 17];
    char *save = NULL;
    nmaps = 0;
    MUST(get_file("/proc/self/maps", buf, sizeof(buf)) > 0);
    for (char *l = strtok_r(buf, "\n", &save); l && nmaps < 512; l = strtok_r(NULL, "\n", &save)) {
        struct map *m = &maps[nmaps];
        unsigned maj, min;
        unsigned long ino;
        int at = 0;
        m->name[0] = 0;
        MUST(sscanf(l, "%lx-%lx %7s %lx %x:%x %lu %n", &m->from, &m->to, m->perms, &m->off, &maj, &min, &ino, &at) >=
             7);
        snprintf(m->name, sizeof(m->name), "%s", l + at);
        CHECK(m->from < m->to && m->from % T_PAGE == 0 && m->to % T_PAGE == 0);
        CHECK(nmaps == 0 || maps[nmaps - 1].to <= m->from);
        nmaps++;
    }
}

static const struct map *find(const void *p)
{
    for (int i = 0; i < nmaps; i++)
        if ((unsigned long) p >= maps[i].from && (unsigned long) p < maps[i].to)
            return &maps[i];
    return NULL;
}

static void about(const char *what, const void *p)
{
    const struct map *m = find(p);
    if (!m)
        printf("%s: not mapped\n", what);
    else
        printf("%s: %s %s\n", what, m->perms, *m->name == '/' ? strrchr(m->name, '/') + 1 : m->name);
}

static int data = 1;

int main(void)
{
    int local = 0, fd;
    char *a, *f, *sh, *heap;

    scratch();
    put_file("mapped", "file text");
    fd = open("mapped", O_RDWR);
    MUST(fd >= 0 && ftruncate(fd, 3 * T_PAGE) == 0);
    a = mmap(NULL, 8 * T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    f = mmap(NULL, 2 * T_PAGE, PROT_READ, MAP_PRIVATE, fd, T_PAGE);
    sh = mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    heap = (char *) raw(brk, 0);
    MUST(raw(brk, heap + T_PAGE) == (long) heap + T_PAGE);
    MUST(a != MAP_FAILED && f != MAP_FAILED && sh != MAP_FAILED);
    MUST(mprotect(a + 2 * T_PAGE, T_PAGE, PROT_READ | PROT_EXEC) == 0 &&
         mprotect(a + 5 * T_PAGE, T_PAGE, PROT_NONE) == 0);
    load();
    about("code", (void *) main);
    about("data", &data);
    about("stack", &local);
    about("heap", heap);
    about("private file", f);
    about("shared file", sh);
    about("anonymous", a);
    about("executable page", a + 2 * T_PAGE);
    about("no rights", a + 5 * T_PAGE);
    about("vdso", (void *) getauxval(AT_SYSINFO_EHDR));
    CHECK(find(a + 2 * T_PAGE)->to - find(a + 2 * T_PAGE)->from == T_PAGE);
    CHECK(find(f)->off == T_PAGE && find(f)->to - find(f)->from == 2 * T_PAGE);
    MUST(munmap(a, 8 * T_PAGE) == 0);
    load();
    about("gone", a + 4 * T_PAGE);
    about("zero page", (void *) 16);
    return t_end();
}
