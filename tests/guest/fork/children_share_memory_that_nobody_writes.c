/* covers: fork sysinfo mmap */
/* ways: cow (what is copied, or read from a clone of the file, is each child's own) */
/* svm: no (needs more memory than the small host has) */
#include <sys/sysinfo.h>

#include "child.h"

/* 24 children of a parent of 192 MiB: if each had a copy they would need 4.5 GiB. */
enum { KIDS = 24 };
static const size_t size = 192ul << 20;

static uint64_t available(void)
{
    char buf[8192], *p;
    MUST(get_file("/proc/meminfo", buf, sizeof(buf)) > 0);
    MUST((p = strstr(buf, "MemAvailable:")));
    return strtoull(p + 13, NULL, 10) << 10;
}

int main(void)
{
    struct gate ready, go;
    pid_t pids[KIDS];
    struct sysinfo si;
    char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(p != MAP_FAILED);
    memset(p, 0x77, size);
    gate_init(&ready);
    gate_init(&go);
    uint64_t before = available();
    for (int i = 0; i < KIDS; i++) {
        MUST((pids[i] = fork()) >= 0);
        if (pids[i] == 0) {
            uint64_t sum = 0;
            for (size_t k = 0; k < size; k += 64 * T_PAGE)
                sum += (unsigned char) p[k];
            gate_open(&ready);
            gate_wait(&go);
            _exit(sum == size / (64 * T_PAGE) * 0x77 ? 0 : 1);
        }
    }
    for (int i = 0; i < KIDS; i++)
        gate_wait(&ready);
    uint64_t during = available();
    CHECK(during + (2ul << 30) > before);
    for (int i = 0; i < KIDS; i++)
        gate_open(&go);
    for (int i = 0; i < KIDS; i++)
        CHECK(reap(pids[i]) == 0);
    CHECK(sysinfo(&si) == 0 && si.totalram > 0);
    return t_end();
}
