/* covers: sysinfo */
#include "t.h"
#include <sys/sysinfo.h>

int main(void)
{
    struct sysinfo si;
    char buf[4096], *p;
    unsigned long kib = 0;

    show("sysinfo", raw(sysinfo, &si));
    MUST(get_file("/proc/meminfo", buf, sizeof(buf)) > 0);
    p = strstr(buf, "MemTotal:");
    MUST(p);
    kib = strtoul(p + 9, NULL, 10);
    CHECK(si.totalram * (si.mem_unit ? si.mem_unit : 1) / 1024 == kib);
    CHECK(si.freeram <= si.totalram && si.procs > 0 && si.uptime > 0);
    CHECK(llabs((long long) si.uptime - now_ns(CLOCK_BOOTTIME) / 1000000000) <= 2);
    printf("total %lu unit %u swap %lu\n", (unsigned long) si.totalram, si.mem_unit, (unsigned long) si.totalswap);
    show("processors", sysconf(_SC_NPROCESSORS_ONLN));
    show("page size", sysconf(_SC_PAGESIZE));
    show("EFAULT", raw(sysinfo, BAD_PTR));
    show("over the edge", raw(sysinfo, at_edge(50)));
    return t_end();
}
