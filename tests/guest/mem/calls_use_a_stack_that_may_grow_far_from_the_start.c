/* covers: setrlimit read */
/* A program that starts with a large stack limit reads into a buffer that deep in its stack: Linux grows it there. */
#include <sys/resource.h>

#include "maps.h"

int main(int argc, char **argv)
{
    static const unsigned long limits[] = {65 << 20, 66 << 20, 100 << 20, RLIM_INFINITY};
    struct rlimit lim;
    MUST(getrlimit(RLIMIT_STACK, &lim) == 0);
    const unsigned n = argc == 1 ? 0 : (unsigned) argv[1][0] - '0';
    if (argc > 1) {
        const int zero = open("/dev/zero", O_RDONLY);
        MUST(zero >= 0 && maps_read("/proc/self/maps") >= 0);
        unsigned long top = 0;
        for (int i = 0; i < maps_count; i++)
            if (strcmp(maps[i].name, "[stack]") == 0)
                top = maps[i].end;
        MUST(top);
        unsigned long deep = (top - (64ul << 20)) & ~((2ul << 20) - 1); /* up to 66 MiB below the top */
        deep = lim.rlim_cur < 66 << 20 ? top - lim.rlim_cur + 4096 : deep;
        CHECK(read(zero, (void *) deep, 100) == 100);
        if (lim.rlim_cur < 66 << 20)
            CHECK(read(zero, (void *) (deep - 8192), 100) == -1 && errno == EFAULT);
    }
    if (n == sizeof limits / sizeof *limits || lim.rlim_max < limits[n])
        return t_end();
    lim.rlim_cur = limits[n];
    MUST(setrlimit(RLIMIT_STACK, &lim) == 0);
    execv("/proc/self/exe", (char *[]){argv[0], (char[]){(char) ('1' + n), 0}, NULL});
    MUST(!"exec");
}
