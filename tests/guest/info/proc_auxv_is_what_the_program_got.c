/* covers: openat read write prctl */
#include "t.h"
#include <sys/auxv.h>

int main(int argc, char **argv)
{
    unsigned long v[128];
    char buf[128];
    long n;
    int fd;

    (void) argc;
    fd = open("/proc/self/auxv", O_RDONLY);
    MUST(fd >= 0);
    n = read(fd, v, sizeof(v));
    MUST(n > 0 && n % 16 == 0);
    for (long i = 0; i < n / 8; i += 2) {
        if (v[i] == AT_NULL)
            break;
        if (v[i] == 27 || v[i] == 28)
            continue; /* AT_RSEQ_*: absent where rseq is */
        printf("type %lu %s\n", v[i], getauxval(v[i]) == v[i + 1] ? "agrees" : "differs");
        if (v[i] == AT_PAGESZ || v[i] == AT_CLKTCK || v[i] == AT_HWCAP || v[i] == AT_HWCAP2 || v[i] == AT_SECURE ||
            v[i] == AT_PHENT || v[i] == AT_PHNUM || v[i] == 51 /* AT_MINSIGSTKSZ */)
            printf("  %lx\n", v[i + 1]);
    }
    CHECK(strcmp((char *) getauxval(AT_EXECFN), argv[0]) == 0);
    printf("platform %s\n", (char *) getauxval(AT_PLATFORM));

    fd = open("/proc/self/comm", O_WRONLY);
    MUST(fd >= 0);
    show("write comm", write(fd, "renamed", 7));
    MUST(get_file("/proc/self/comm", buf, sizeof(buf)) > 0);
    printf("%s", buf);
    fd = open("/proc/self/oom_score_adj", O_RDWR);
    MUST(fd >= 0);
    show("write oom_score_adj", write(fd, "500", 3));
    MUST(get_file("/proc/self/oom_score_adj", buf, sizeof(buf)) > 0);
    printf("%s", buf);
    return t_end();
}
