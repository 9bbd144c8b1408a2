/* covers: mmap mprotect openat read */
#include "fault.h"
#include "maps.h"

static int global = 1;

int main(int argc, char **argv)
{
    char exe[PATH_MAX] = {0}, *p, *f, *s;
    struct stat st;
    int fd, names = 0;
    (void) argc;
    scratch();
    void *heap = malloc(200);
    MUST(heap);
    MUST(readlink("/proc/self/exe", exe, sizeof(exe) - 1) > 0);
    p = mmap((void *) 0x2b0000000000ul, 10 * T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(p == (char *) 0x2b0000000000ul);
    MUST(mprotect(p + 2 * T_PAGE, T_PAGE, PROT_READ) == 0);
    MUST(mprotect(p + 4 * T_PAGE, T_PAGE, PROT_NONE) == 0);
    MUST(mprotect(p + 6 * T_PAGE, T_PAGE, PROT_READ | PROT_EXEC) == 0);
    MUST(munmap(p + 8 * T_PAGE, T_PAGE) == 0);
    MUST((fd = open("a file", O_RDWR | O_CREAT, 0600)) >= 0);
    MUST(ftruncate(fd, 10 * T_PAGE) == 0 && fstat(fd, &st) == 0);
    f = mmap(p + 64 * T_PAGE, 3 * T_PAGE, PROT_READ, MAP_SHARED, fd, 2 * T_PAGE);
    s = mmap(p + 96 * T_PAGE, 2 * T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    MUST(f == p + 64 * T_PAGE && s == p + 96 * T_PAGE);

    MUST(maps_read("/proc/self/maps") > 5);
    for (int i = 0; i < maps_count; i++) {
        CHECK(maps[i].start < maps[i].end);
        CHECK((maps[i].start & 4095) == 0 && (maps[i].end & 4095) == 0);
        if (i)
            CHECK(maps[i].start >= maps[i - 1].end);
        CHECK(maps[i].end <= 0x7ffffffff000ul || strcmp(maps[i].name, "[vsyscall]") == 0);
        if (maps[i].start >> 40 == 0x2b)
            printf("%lx-%lx %s off %lx %s\n", maps[i].start & 0xfffff, maps[i].end & 0xfffff, maps[i].rights,
                   maps[i].off,
                   maps[i].ino == 0           ? "anonymous"
                   : maps[i].ino == st.st_ino ? "the file"
                                              : "another");
        names += maps[i].name[0] == '/';
    }
    CHECK(names > 0);
    struct map_line *m = maps_at((void *) (uintptr_t) main);
    CHECK(m && strcmp(m->name, exe) == 0 && strcmp(m->rights, "r-xp") == 0);
    m = maps_at(&global);
    CHECK(m && strcmp(m->name, exe) == 0 && strcmp(m->rights, "rw-p") == 0);
    MUST(stat(exe, &st) == 0);
    CHECK(m->ino == st.st_ino);
    m = maps_at(&m);
    CHECK(m && strcmp(m->name, "[stack]") == 0 && strcmp(m->rights, "rw-p") == 0);
    CHECK(maps_at(argv) == m);
    CHECK(maps_named("[vdso]") != NULL);
    CHECK(maps_named("[vvar]") != NULL);
    /* nothing of the host process around */
    for (int i = 0; i < maps_count; i++)
        CHECK(!strstr(maps_last(&maps[i]), "kvm") && !strstr(maps_last(&maps[i]), "elfuse"));
    m = maps_at(f);
    CHECK(m && strstr(m->name, "/a file") && m->off == 2 * T_PAGE);
    MUST(unlink("a file") == 0);
    MUST(maps_read("/proc/self/maps") > 5);
    m = maps_at(f);
    printf("unlinked: %s\n", m && strstr(m->name, "/a file (deleted)") ? "said so" : m ? m->name : "gone");
    /* small reads give the same text */
    char *whole = read_all("/proc/self/maps"), *piece = calloc(1, strlen(whole) + 100);
    int in = open("/proc/self/maps", O_RDONLY);
    size_t n = 0;
    ssize_t r;
    while ((r = read(in, piece + n, 100)) > 0)
        n += (size_t) r;
    CHECK(n > 500);
    return t_end();
}
