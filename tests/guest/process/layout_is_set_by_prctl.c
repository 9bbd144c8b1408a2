/* covers: prctl */
/* translated: no (the translator has a layout of its own) */
#include <sys/prctl.h>

#include "child.h"

#define PR_GET_AUXV_ 0x41555856

static long set(long option, uint64_t value, long size)
{
    return raw(prctl, PR_SET_MM, option, value, size, 0);
}

static void show_file(const char *name)
{
    char path[32], text[4096];
    snprintf(path, sizeof path, "/proc/self/%s", name);
    ssize_t n = get_file(path, text, sizeof text);
    printf("%s:", name);
    for (ssize_t i = 0; i < n; i++)
        putchar(text[i] ? text[i] : '|');
    putchar('\n');
}

/* Field `n` of /proc/self/stat. */
static uint64_t stat_field(int n)
{
    char text[2048];
    MUST(get_file("/proc/self/stat", text, sizeof text) > 0);
    char *p = strrchr(text, ')') + 2;
    for (int i = 3; i < n; i++)
        p = strchr(p, ' ') + 1;
    return strtoull(p, NULL, 10);
}

static struct prctl_mm_map current(void)
{
    return (struct prctl_mm_map){.start_code = stat_field(26),
                                 .end_code = stat_field(27),
                                 .start_stack = stat_field(28),
                                 .start_data = stat_field(45),
                                 .end_data = stat_field(46),
                                 .start_brk = stat_field(47),
                                 .brk = (uint64_t) raw(brk, 0),
                                 .arg_start = stat_field(48),
                                 .arg_end = stat_field(49),
                                 .env_start = stat_field(50),
                                 .env_end = stat_field(51),
                                 .exe_fd = (uint32_t) -1};
}

static void arguments(void)
{
    uint32_t size = 0;
    show("size", set(PR_SET_MM_MAP_SIZE, (uint64_t) &size, 0));
    printf("%u\n", size);
    show("nowhere", set(PR_SET_MM_MAP_SIZE, 16, 0));
    show("fifth", raw(prctl, PR_SET_MM, PR_SET_MM_MAP_SIZE, &size, 0, 1));
    show("fourth", set(PR_SET_MM_ARG_START, (uint64_t) &size, 1));
    show("of another size", set(PR_SET_MM_MAP, (uint64_t) &size, 8));
    show("a map from nowhere", set(PR_SET_MM_MAP, 16, sizeof(struct prctl_mm_map)));
}

static long set_map(const struct prctl_mm_map *m)
{
    return set(PR_SET_MM_MAP, (uint64_t) m, sizeof *m);
}

/* procfs reads anonymous memory only. */
static char *placed(const char *text, size_t size)
{
    char *p = mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(p != MAP_FAILED);
    return memcpy(p, text, size);
}

static void all_at_once(void)
{
    static const char args[] = "one\0two", env[] = "A=b\0C=d";
    static uint64_t vector[] = {6, 4096, 25, 7, 0, 0}, big[64], told[64];
    struct prctl_mm_map m = current(), before = m;
    m.arg_start = (uint64_t) placed(args, sizeof args), m.arg_end = m.arg_start + sizeof args;
    m.env_start = (uint64_t) placed(env, sizeof env), m.env_end = m.env_start + sizeof env;
    m.start_code += 16, m.end_data += 8, m.start_stack -= 64;
    m.auxv = (void *) vector, m.auxv_size = sizeof vector;
    struct prctl_mm_map of_file = m;
    of_file.arg_start = (uint64_t) args, of_file.arg_end = of_file.arg_start + sizeof args;
    show("arguments in the program's file", set_map(&of_file));
    show_file("cmdline");
    show("all", set_map(&m));
    show_file("cmdline");
    show_file("environ");
    struct prctl_mm_map got = current();
    printf("code %d, data %d, stack %d\n", (int) (got.start_code - before.start_code),
           (int) (got.end_data - before.end_data), (int) (got.start_stack - before.start_stack));
    printf("vector file: %d bytes\n", (int) get_file("/proc/self/auxv", (char *) told, sizeof told));
    show("asked", raw(prctl, PR_GET_AUXV_, told, sizeof vector, 0, 0) > 0);
    printf("%d\n", memcmp(told, vector, sizeof vector));
    m.auxv_size = sizeof big;
    show("a vector too long", set_map(&m));
    m.auxv_size = 16, m.auxv = (void *) 16;
    show("a vector from nowhere", set_map(&m));
    m = before, m.start_code = m.end_code;
    show("no code", set_map(&m));
    m = before, m.arg_end = m.arg_start - 1;
    show("arguments that end before they begin", set_map(&m));
    m = before, m.env_start = 0;
    show("too low", set_map(&m));
    m = before, m.start_stack = 1ull << 47;
    show("too high", set_map(&m));
    show("as before", set_map(&before));
}

static void the_heap(void)
{
    struct prctl_mm_map m = current(), before = m;
    char *room = mmap(NULL, 64 * T_PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(room != MAP_FAILED && munmap(room + T_PAGE, 63 * T_PAGE) == 0);
    m.start_brk = (uint64_t) room + T_PAGE, m.brk = m.start_brk + T_PAGE;
    long set_it = set_map(&m), at = raw(brk, 0), more = raw(brk, m.brk + 2 * T_PAGE);
    *(volatile char *) (m.brk + T_PAGE) = 1;
    long less = raw(brk, m.brk), below = raw(brk, m.start_brk - 1);
    long back = set_map(&before);
    show("the heap elsewhere", set_it);
    printf("at %ld, more %ld, less %ld, not below %ld\n", at - (long) m.brk, more - (long) m.brk, less - (long) m.brk,
           below - (long) m.brk);
    show("back", back);
}

static void one_by_one(void)
{
    const size_t size = sizeof "alone";
    char *args = placed("alone", size);
    uint64_t vector[4] = {6, 4096, 0, 0};
    struct prctl_mm_map m = current();
    show("no such option", set(99, (uint64_t) args, 0));
    show("zero", set(0, (uint64_t) args, 0));
    show("start behind the end", set(PR_SET_MM_ARG_START, m.arg_end + 1, 0));
    show("end before the start", set(PR_SET_MM_ARG_END, m.arg_start - 1, 0));
    show("start", set(PR_SET_MM_ARG_START, (uint64_t) args, 0));
    show("end", set(PR_SET_MM_ARG_END, (uint64_t) args + size, 0));
    if (stat_field(48) == (uint64_t) args)
        show_file("cmdline");
    show("code", set(PR_SET_MM_START_CODE, m.start_code + 8, 0));
    printf("%d\n", (int) (stat_field(26) - m.start_code));
    show("low", set(PR_SET_MM_START_CODE, 4096, 0));
    show("stack", set(PR_SET_MM_START_STACK, m.start_stack - 8, 0));
    show("vector", set(PR_SET_MM_AUXV, (uint64_t) vector, sizeof vector));
    show("vector from nowhere", set(PR_SET_MM_AUXV, 16, sizeof vector));
    fflush(stdout);
    IN_CHILD(show_file("cmdline"); fflush(stdout));
}

int main(void)
{
    setvbuf(stdout, NULL, _IOFBF, 1 << 16);
    arguments();
    fflush(stdout);
    show_status("all", IN_CHILD(all_at_once(); fflush(stdout)));
    show_status("heap", IN_CHILD(the_heap(); fflush(stdout)));
    fflush(stdout);
    show_status("one", IN_CHILD(one_by_one(); fflush(stdout)));
    fflush(stdout);
    show_status("without the right", IN_CHILD({
                    setgid(65534);
                    if (setuid(65534) == 0 || getuid())
                        prctl(PR_SET_DUMPABLE, 1);
                    arguments();
                    show("start", set(PR_SET_MM_ARG_START, 1 << 20, 0));
                    show("low", set(PR_SET_MM_ARG_START, 0, 0));
                    fflush(stdout);
                }));
    return t_end();
}
