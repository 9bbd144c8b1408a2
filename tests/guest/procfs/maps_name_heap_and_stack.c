/* covers: brk prctl */
#include <sys/prctl.h>

#include "fault.h"
#include "maps.h"

static __attribute__((noinline)) void deep(int n)
{
    volatile char frame[100000];
    frame[0] = (char) n;
    if (n)
        deep(n - 1);
    else
        maps_read("/proc/self/maps");
    __asm__ volatile("" : : "r"(frame) : "memory"); /* no tail call */
}

int main(void)
{
    printf("start\n");
    long top = raw(brk, 0);
    MUST(raw(brk, top + (64 << 10)) > top);
    MUST(maps_read("/proc/self/maps") > 0);
    struct map_line *h = maps_named("[heap]"), *s = maps_named("[stack]");
    MUST(h && s);
    CHECK(h->end == (((unsigned long) top + (64 << 10) + 4095) & ~4095ul));
    CHECK(strcmp(h->rights, "rw-p") == 0 && h->ino == 0);
    unsigned long low = s->start;
    deep(20);
    s = maps_named("[stack]");
    MUST(s);
    CHECK(s->start <= low - 1800000);
    char *p = map_anon(4 * T_PAGE, PROT_READ | PROT_WRITE);
    long r = raw(prctl, 0x53564d41 /* PR_SET_VMA */, 0, p, T_PAGE, "my name");
    printf("naming: %s\n", r == 0 ? "ok" : errname(errno));
    MUST(maps_read("/proc/self/maps") > 0);
    struct map_line *m = maps_at(p);
    printf("named: %s\n", m && m->name[0] ? m->name : "no");
    return t_end();
}
