/* covers: mlockall munlockall */
#include <sys/resource.h>

#include "t.h"

/* Value of a line of /proc/self/status. */
static long status_kb(const char *name)
{
    char line[256];
    long kb = -1;
    FILE *f = fopen("/proc/self/status", "r");
    MUST(f);
    while (fgets(line, sizeof line, f))
        if (strncmp(line, name, strlen(name)) == 0)
            kb = atol(line + strlen(name) + 1);
    fclose(f);
    return kb;
}

static void tell(const char *what)
{
    /* all but what the kernel has mapped itself, of which the host decides how much there is */
    long size = status_kb("VmSize:"), locked = status_kb("VmLck:");
    printf("%s: %s\n", what,
           locked == 0          ? "nothing"
           : locked == size     ? "even that"
           : size - locked < 64 ? "all"
                                : "some");
}

static void longer_heap(void)
{
    long now = raw(brk, 0);
    MUST(raw(brk, now + 0x40000) == now + 0x40000);
}

int main(void)
{
    const size_t size = 1 << 20;
    longer_heap();
    tell("at first");
    MUST(mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
    CHECK(mlockall(MCL_CURRENT) == 0);
    tell("current");
    longer_heap();
    tell("and a longer heap");
    CHECK(mlockall(MCL_FUTURE) == 0);
    longer_heap();
    char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(p != MAP_FAILED);
    tell("future");
    CHECK(munlock(p, T_PAGE) == 0);
    CHECK(mlockall(MCL_CURRENT | MCL_ONFAULT) == 0);
    tell("current on fault");
    CHECK(munlockall() == 0);
    tell("none");
    long before = status_kb("VmLck:");
    CHECK(mlock2(p, 2 * T_PAGE, MLOCK_ONFAULT) == 0 && status_kb("VmLck:") == before + 8);
    CHECK(mlockall(MCL_FUTURE | MCL_ONFAULT) == 0);
    before = status_kb("VmLck:");
    MUST(mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
    CHECK(status_kb("VmLck:") == before + 1024);
    return t_end();
}
