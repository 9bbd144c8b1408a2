/* covers: mmap mlock madvise */
#include "fault.h"
#include "maps.h"

/* The block of smaps that belongs to an address. */
static char *block(char *text, void *at)
{
    char head[32], *p, *e;
    snprintf(head, sizeof(head), "\n%lx-", (unsigned long) at);
    if (strncmp(text, head + 1, strlen(head) - 1) == 0)
        p = text;
    else if ((p = strstr(text, head)))
        p++;
    else
        return NULL;
    /* it ends where the next one begins: after VmFlags */
    e = strstr(p, "\nVmFlags:");
    MUST(e);
    e = strchr(e + 1, '\n');
    *e = 0;
    return p;
}

int main(void)
{
    int blocks = 0;
    char *p = mmap((void *) 0x2b0000100000ul, 64 * T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(p != MAP_FAILED);
    MUST(madvise(p, 64 * T_PAGE, MADV_NOHUGEPAGE) == 0);
    for (int i = 0; i < 10; i++)
        p[i * T_PAGE] = 1;
    MUST(maps_read("/proc/self/maps") > 0);
    char *text = read_all("/proc/self/smaps");
    MUST(text);
    for (char *s = text; (s = strstr(s, "\nVmFlags:")); s++)
        blocks++;
    CHECK(blocks == maps_count);
    char *b = block(text, p);
    MUST(b);
    printf("size %ld rss %ld pss %ld dirty %ld clean %ld anonymous %ld swap %ld page %ld\n", field(b, "Size"),
           field(b, "Rss"), field(b, "Pss"), field(b, "Private_Dirty"), field(b, "Private_Clean"),
           field(b, "Anonymous"), field(b, "Swap"), field(b, "KernelPageSize"));
    char *flags = strstr(b, "VmFlags:");
    CHECK(strstr(flags, " rd") && strstr(flags, " wr") && !strstr(flags, " ex") && !strstr(flags, " sh"));
    free(text);
    MUST(mlock(p, 4 * T_PAGE) == 0);
    text = read_all("/proc/self/smaps");
    b = block(text, p);
    MUST(b);
    printf("locked: size %ld locked %ld\n", field(b, "Size"), field(b, "Locked"));
    free(text);
    text = read_all("/proc/self/smaps_rollup");
    MUST(text);
    CHECK(field(text, "Rss") >= 40 && field(text, "Pss") >= 40);
    return t_end();
}
