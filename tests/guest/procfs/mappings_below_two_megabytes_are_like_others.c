/* covers: mmap munmap */
/* The lowest piece of the address space: what /proc tells of a file there, and where a fault past its end is. */
#include "../t.h"

#define AT ((char *) 0x100000)

static void on_bus(int sig, siginfo_t *info, void *context)
{
    (void) context;
    char text[64];
    int n = snprintf(text, sizeof text, "signal %d at %td\n", sig, (char *) info->si_addr - AT);
    (void) !write(1, text, (size_t) n);
    _exit(0);
}

int main(void)
{
    char line[4096], name[] = "/tmp/low-XXXXXX";
    int fd = mkstemp(name);
    if (fd < 0 || ftruncate(fd, T_PAGE))
        return 1;
    void *p = mmap(AT, 2 * T_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED_NOREPLACE, fd, 0);
    printf("mapped: %d\n", p == AT);
    if (p != AT)
        return 1;
    AT[0] = 'x';
    /* Page 0 itself, for who may map it. */
    bool zero = mmap(NULL, T_PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0) == NULL;
    printf("page 0: %d\n", zero);
    FILE *f = fopen("/proc/self/maps", "r");
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, "00100000-", 9) == 0 || strncmp(line, "00000000-", 9) == 0)
            printf("%.34s%s\n", line, strstr(line, name) ? "it" : "nothing");
    if (f)
        fclose(f);
    f = fopen("/proc/self/smaps", "r");
    for (bool in = false; f && fgets(line, sizeof line, f);) {
        if (line[8] == '-' || line[12] == '-')
            in = strncmp(line, "00100000-", 9) == 0;
        if (in && (strncmp(line, "Size:", 5) == 0 || strncmp(line, "Rss:", 4) == 0))
            fputs(line, stdout);
    }
    unlink(name);
    fflush(stdout);
    struct sigaction act = {.sa_sigaction = on_bus, .sa_flags = SA_SIGINFO};
    sigaction(SIGBUS, &act, NULL);
    AT[T_PAGE + 5] = 1;
    return 1;
}
