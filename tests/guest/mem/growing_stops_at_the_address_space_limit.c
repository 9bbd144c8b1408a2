/* covers: mmap prlimit64 */
/* translated: no (qemu keeps the limits on memory to itself) */
#include <sys/resource.h>

#include "fault.h"

static long total_pages(void)
{
    char buf[64];
    int fd = open("/proc/self/statm", O_RDONLY);
    MUST(fd >= 0 && read(fd, buf, sizeof buf - 1) > 0);
    close(fd);
    return atol(buf);
}

/* How many pages a mapping at `at` can grow when there is room for `room`. */
static int grows(unsigned long at, int room)
{
    struct rlimit old, rl;
    volatile int n = 0;
    char *p = mmap((void *) at, T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_FIXED,
                   -1, 0);
    MUST(p == (char *) at);
    MUST(getrlimit(RLIMIT_AS, &old) == 0);
    rl = old;
    rl.rlim_cur = (rlim_t) (total_pages() + room) * T_PAGE;
    MUST(setrlimit(RLIMIT_AS, &rl) == 0);
    while (n < 100 && !FAULTS(p[-(n + 1) * T_PAGE] = 1))
        n++;
    MUST(setrlimit(RLIMIT_AS, &old) == 0);
    MUST(munmap(p - n * T_PAGE, (size_t) (n + 1) * T_PAGE) == 0);
    return n;
}

int main(void)
{
    fault_catch();
    for (int room = 0; room < 40; room += 3)
        printf("room for %d: %d, %d\n", room, grows(0x2b0000000000ul, room), grows(0x2b0000005000ul, room));
    return t_end();
}
