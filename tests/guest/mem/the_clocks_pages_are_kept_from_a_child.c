/* covers: madvise fork */
/* translated: no (no data beside the vDSO there) */
/* MADV_DONTFORK on [vvar]: the child goes without, and can put something else there; the parent keeps it. */
#include "child.h"
#include "fault.h"
#include "maps.h"

static char *start, *end;

static int find(void)
{
    int n = 0;
    MUST(maps_read("/proc/self/maps") > 0);
    for (int i = 0; i < maps_count; i++) {
        if (strncmp(maps[i].name, "[vvar", 5))
            continue;
        start = n++ ? start : (char *) maps[i].start;
        end = (char *) maps[i].end;
    }
    return n > 0;
}

static void read_clock(void)
{
    struct timespec ts;
    CHECK(clock_gettime(CLOCK_REALTIME, &ts) == 0 && ts.tv_sec >= 1600000000);
}

static void in_child(void)
{
    show("in the maps", find());
    show_read("read", start);
    char *p = mmap(start, T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    CHECK(p == start && *p == 0);
    *p = 7;
    show_status("grandchild", IN_CHILD(CHECK(*p == 7)));
}

int main(void)
{
    fault_catch();
    MUST(find());
    read_clock();
    show_ok("madvise", madvise(start, (size_t) (end - start), MADV_DONTFORK));
    for (int i = 0; i < 2; i++) {
        show_status("child", IN_CHILD(in_child()));
        read_clock();
        show("in the parent's maps", find());
    }
    show_ok("madvise", madvise(start, (size_t) (end - start), MADV_DOFORK));
    return t_end();
}
