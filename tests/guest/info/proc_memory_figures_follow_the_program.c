/* covers: mmap munmap openat read mlock munlock */
#include "t.h"

#define MIB (1 << 20)

static long kib(const char *file, const char *key)
{
    static char buf[1 << 17];
    char *p;
    long sum = 0;
    MUST(get_file(file, buf, sizeof(buf)) > 0);
    for (p = buf; (p = strstr(p, key)); p += strlen(key))
        sum += atol(p + strlen(key));
    return sum;
}

static long statm(int field)
{
    char buf[256], *p = buf;
    MUST(get_file("/proc/self/statm", buf, sizeof(buf)) > 0);
    for (int i = 0; i < field; i++)
        p = strchr(p, ' ') + 1;
    return atol(p) * 4;
}

static int about(long got, long want)
{
    return got > want - 1024 && got < want + 1024;
}

/* Differences, in KiB, within one MiB of what was done. */
int main(void)
{
    long size = kib("/proc/self/status", "VmSize:"), rss = kib("/proc/self/status", "VmRSS:"), m = statm(0),
         r = statm(1);
    char *p;

    p = mmap(NULL, 64 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(p != MAP_FAILED && madvise(p, 64 * MIB, MADV_NOHUGEPAGE) == 0); /* what is resident is what was touched */
    show("size grows", about(kib("/proc/self/status", "VmSize:") - size, 64 * 1024));
    show("statm size grows", about(statm(0) - m, 64 * 1024));
    memset(p, 1, 16 * MIB);
    show("resident grows", about(kib("/proc/self/status", "VmRSS:") - rss, 16 * 1024));
    show("statm resident grows", about(statm(1) - r, 16 * 1024));
    show("smaps agrees with status", about(kib("/proc/self/smaps", "\nRss:"), kib("/proc/self/status", "VmRSS:")));
    show("smaps size agrees", about(kib("/proc/self/smaps", "\nSize:"), kib("/proc/self/status", "VmSize:")));
    show("rollup agrees", about(kib("/proc/self/smaps_rollup", "\nRss:"), kib("/proc/self/status", "VmRSS:")));
    MUST(madvise(p, 16 * MIB, MADV_DONTNEED) == 0);
    show("resident falls", about(kib("/proc/self/status", "VmRSS:") - rss, 0));
    MUST(munmap(p, 64 * MIB) == 0);
    show("size falls", about(kib("/proc/self/status", "VmSize:") - size, 0));
    show("peak is kept", kib("/proc/self/status", "VmPeak:") >= size + 64 * 1024);
    p = mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(p != MAP_FAILED && mlock(p, MIB) == 0);
    show("locked", kib("/proc/self/status", "VmLck:"));
    MUST(munlock(p, MIB) == 0);
    show("locked", kib("/proc/self/status", "VmLck:"));
    return t_end();
}
