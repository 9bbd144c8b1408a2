/* covers: mremap clock_gettime gettimeofday time fork */
/* translated: no (no data beside the vDSO there) */
/* [vvar] and [vdso] are moved by the same distance, as who restores a process does it. The C library knows where they
 * were: it is not asked for the time in between. */
#include <elf.h>
#include <sys/auxv.h>
#include <sys/time.h>

#include "child.h"
#include "fault.h"
#include "maps.h"

static bool is_ours(const struct map_line *m)
{
    return strncmp(m->name, "[vvar", 5) == 0 || strcmp(m->name, "[vdso]") == 0;
}

/* Where all of them begin and end; how many there are of [vdso]. */
static int find(char **start, char **end)
{
    int n = 0;
    MUST(maps_read("/proc/self/maps") > 0);
    *start = *end = NULL;
    for (int i = 0; i < maps_count; i++) {
        if (!is_ours(&maps[i]))
            continue;
        *start = *start ? *start : (char *) maps[i].start;
        *end = (char *) maps[i].end;
        n += strcmp(maps[i].name, "[vdso]") == 0;
    }
    return n;
}

static void move(long distance)
{
    MUST(maps_read("/proc/self/maps") > 0);
    for (int i = 0; i < maps_count; i++) {
        const struct map_line *m = &maps[i];
        if (!is_ours(m))
            continue;
        void *to = (char *) m->start + distance;
        MUST(mremap((void *) m->start, m->end - m->start, m->end - m->start, MREMAP_MAYMOVE | MREMAP_FIXED, to) == to);
    }
}

static void *function(const char *base, const char *name)
{
    const Elf64_Ehdr *eh = (const Elf64_Ehdr *) base;
    const Elf64_Phdr *ph = (const Elf64_Phdr *) (base + eh->e_phoff);
    const Elf64_Dyn *dyn = NULL;
    const Elf64_Sym *syms = NULL;
    const char *strs = NULL;
    for (int i = 0; i < eh->e_phnum; i++)
        if (ph[i].p_type == PT_DYNAMIC)
            dyn = (const Elf64_Dyn *) (base + ph[i].p_vaddr);
    MUST(dyn);
    for (; dyn->d_tag != DT_NULL; dyn++) {
        if (dyn->d_tag == DT_SYMTAB)
            syms = (const Elf64_Sym *) (base + dyn->d_un.d_ptr);
        if (dyn->d_tag == DT_STRTAB)
            strs = base + dyn->d_un.d_ptr;
    }
    MUST(syms && strs);
    /* the strings follow the symbols */
    for (const Elf64_Sym *s = syms; (const char *) s < strs; s++)
        if (s->st_shndx != SHN_UNDEF && strcmp(strs + s->st_name, name) == 0)
            return (void *) (base + s->st_value);
    return NULL;
}

/* What the functions there say is between what the system call says before and after. */
static void ask(const char *who, const char *base)
{
    static const struct {
        const char *name;
        int id;
    } clocks[] = {
        {"realtime coarse", CLOCK_REALTIME_COARSE},
        {"monotonic coarse", CLOCK_MONOTONIC_COARSE},
        {"realtime", CLOCK_REALTIME},
        {"monotonic", CLOCK_MONOTONIC},
        {"boottime", CLOCK_BOOTTIME},
    };
    printf("%s\n", who);
    int (*clock_at)(int, struct timespec *) =
        (int (*)(int, struct timespec *))(uintptr_t) function(base, "__vdso_clock_gettime");
    int (*day_at)(struct timeval *, void *) =
        (int (*)(struct timeval *, void *))(uintptr_t) function(base, "__vdso_gettimeofday");
    long (*time_at)(long *) = (long (*)(long *))(uintptr_t) function(base, "__vdso_time");
    MUST(clock_at && day_at && time_at);
    for (unsigned i = 0; i < ARRAY_SIZE(clocks); i++) {
        struct timespec ts = {0, 0};
        int r = -1;
        int64_t a = now_ns(clocks[i].id);
        bool fault = FAULTS(r = clock_at(clocks[i].id, &ts));
        int64_t b = ts.tv_sec * 1000000000ll + ts.tv_nsec, c = now_ns(clocks[i].id);
        printf("  %s: %s\n", clocks[i].name,
               fault    ? signame(fault_sig)
               : r      ? "refused"
               : b < a  ? "too early"
               : b <= c ? "right"
                        : "too late");
    }
    struct timeval tv = {0, 0};
    int64_t a = now_ns(CLOCK_REALTIME) / 1000;
    bool fault = FAULTS(day_at(&tv, NULL));
    int64_t b = tv.tv_sec * 1000000ll + tv.tv_usec, c = now_ns(CLOCK_REALTIME) / 1000;
    printf("  gettimeofday: %s\n", fault ? signame(fault_sig) : a <= b && b <= c ? "right" : "wrong");
    volatile long t = 0;
    a = raw(time, 0);
    fault = FAULTS(t = time_at(NULL));
    c = raw(time, 0);
    printf("  time: %s\n", fault ? signame(fault_sig) : a <= t && t <= c ? "right" : "wrong");
}

static void there(const char *what, const char *want)
{
    char *start, *end;
    int n = find(&start, &end);
    printf("%s: %d of it, %s\n", what, n, start == want ? "there" : "elsewhere");
}

int main(void)
{
    char *vdso = (char *) getauxval(AT_SYSINFO_EHDR), *start, *end;
    fault_catch();
    MUST(vdso);
    MUST(find(&start, &end) == 1 && start <= vdso && vdso < end);
    ask("at first", vdso);

    char *to = mmap(NULL, (size_t) (end - start) + (1 << 21), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(to != MAP_FAILED);
    long distance = to + T_PAGE - start;
    move(distance);
    there("moved", start + distance);
    show_read("where it was", vdso);
    ask("moved", vdso + distance);
    show_status("child", IN_CHILD({
                    there("in a child", start + distance);
                    ask("in a child", vdso + distance);
                    show_status("grandchild", IN_CHILD(ask("in a grandchild", vdso + distance)));
                }));
    ask("after the fork", vdso + distance);

    move(-distance);
    there("moved back", start);
    ask("moved back", vdso);
    show_status("child", IN_CHILD(ask("in a child", vdso)));
    struct timespec ts;
    CHECK(clock_gettime(CLOCK_REALTIME, &ts) == 0 && ts.tv_sec >= 1600000000);
    return t_end();
}
