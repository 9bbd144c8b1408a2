/* covers: fork */
/* ways: cow (what is copied, or read from a clone of the file, is each child's own) */
/* long: yes (64 processes that share 1 GiB) */
/* svm: no (more memory than the small host has) */
/* asan: no (the sanitizer's own memory is not shared) */
#include "child.h"
#include "maps.h"

/* 64 children of a parent of 1 GiB, all alive, each having read all of it: what they have together, each page counted
 * once, is little more than what the parent had alone. */
enum { KIDS = 64 };
static const size_t size = 1ul << 30;

/* kB that this process has, a page of several processes counted in parts */
static long share(void)
{
    char *text = read_all("/proc/self/smaps_rollup");
    MUST(text);
    long n = field(text, "Pss");
    free(text);
    return n;
}

static long available(void)
{
    char *text = read_all("/proc/meminfo");
    MUST(text);
    long n = field(text, "MemAvailable");
    free(text);
    return n;
}

int main(void)
{
    struct gate ready, count, go;
    volatile long *sh = shared_mem(T_PAGE);
    pid_t pids[KIDS];
    gate_init(&ready);
    gate_init(&count);
    gate_init(&go);
    char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(p != MAP_FAILED);
    memset(p, 0x5a, size);
    long alone = share(), before = available();
    CHECK(alone >= 1 << 20);
    for (int i = 0; i < KIDS; i++) {
        MUST((pids[i] = fork()) >= 0);
        if (pids[i] == 0) {
            uint64_t sum = 0;
            for (size_t k = 0; k < size; k += 16 * T_PAGE)
                sum += (unsigned char) p[k];
            gate_open(&ready);
            gate_wait(&count);
            sh[i] = share();
            gate_open(&ready);
            gate_wait(&go);
            _exit(sum == size / (16 * T_PAGE) * 0x5a ? 0 : 1);
        }
    }
    for (int i = 0; i < KIDS; i++)
        gate_wait(&ready);
    long during = available(), together = share();
    for (int i = 0; i < KIDS; i++)
        gate_open(&count);
    for (int i = 0; i < KIDS; i++)
        gate_wait(&ready);
    for (int i = 0; i < KIDS; i++)
        together += sh[i];
    for (int i = 0; i < KIDS; i++)
        gate_open(&go);
    int bad = 0;
    for (int i = 0; i < KIDS; i++)
        bad += reap(pids[i]) != 0;
    fprintf(stderr, "kB: alone %ld, together %ld, less available %ld\n", alone, together, before - during);
    /* at most 2 MiB more for each child; and whatever else the machine does, not 64 GiB */
    CHECK(together < alone + KIDS * 2048);
    CHECK(before - during < 8l << 20);
    printf("%d bad\n", bad);
    return t_end();
}
