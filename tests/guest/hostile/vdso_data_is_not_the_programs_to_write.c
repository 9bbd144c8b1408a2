/* covers: mprotect munmap mmap mremap */
/* The pages with the clock's data are the kernel's; the addresses may be used again for something else. */
#include "fault.h"

static uintptr_t vvar, vvar_end;

static void find(void)
{
    char line[512];
    FILE *f = fopen("/proc/self/maps", "r");
    unsigned long a, b;

    MUST(f);
    while (fgets(line, sizeof line, f))
        if (strstr(line, "[vvar") && sscanf(line, "%lx-%lx", &a, &b) == 2) {
            if (!vvar)
                vvar = a;
            vvar_end = b;
        }
    fclose(f);
}

static void at(uintptr_t va, const char *what)
{
    pid_t pid = fork();
    MUST(pid >= 0);
    if (pid == 0) {
        ++*(volatile char *) va;
        _exit(0);
    }
    show_wait(what, pid);
}

/* By the vDSO, and so the pages are there for sure. */
static void read_clock(void)
{
    struct timespec ts;
    CHECK(clock_gettime(CLOCK_REALTIME, &ts) == 0);
    ts.tv_nsec = *(volatile char *) vvar;
}

int main(void)
{
    find();
    if (!vvar) {
        puts("no clock data");
        return 0;
    }
    size_t size = vvar_end - vvar;
    at(vvar, "write");
    show("mprotect rw", mprotect((void *) vvar, T_PAGE, PROT_READ | PROT_WRITE));
    at(vvar, "write again");
    pid_t hides = fork();
    if (hides == 0) {
        read_clock();
        CHECK(mprotect((void *) vvar, vvar_end - vvar, PROT_NONE) == 0);
        exit(*(volatile char *) vvar);
    }
    show_wait("hidden", hides);
    read_clock();
    show_ok("munmap", munmap((void *) vvar, size));
    char *p = mmap((void *) vvar, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    CHECK(p == (char *) vvar);
    for (size_t i = 0; i < size; i++)
        if (p[i])
            CHECK(!"new memory is zero");
    memset(p, 7, size);
    CHECK(p[0] == 7 && p[size - 1] == 7);
    int pid = fork();
    if (pid == 0) {
        memset(p, 9, size);
        _exit(p[size / 2]);
    }
    show_wait("child", pid);
    CHECK(p[size / 2] == 7);
    return t_end();
}
