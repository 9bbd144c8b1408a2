/* covers: clock_gettime fork */
#include <time.h>

#include "t.h"

/* A new process reads the data pages of the vDSO for the first time: by the vDSO, or by an instruction of its own choosing. */

static const char *data;

static int64_t now(clockid_t clock, bool by_call)
{
    struct timespec ts;
    if (by_call)
        raw(clock_gettime, clock, &ts);
    else
        clock_gettime(clock, &ts);
    return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

__attribute__((target("avx"))) static void wide(void)
{
    uint64_t out[4];
    __asm__ volatile("vmovdqu (%1), %%ymm0\n\tvmovdqu %%ymm0, %0\n\tvzeroupper" : "=m"(out) : "r"(data + 64) : "xmm0");
}

static void look(int how)
{
    char out[64];
    const char *from = data + 3;
    char *to = out;
    unsigned long n = sizeof out;
    if (how && !data)
        return;
    switch (how) {
    case 1:
        (void) *(const volatile uint64_t *) (data + 64);
        break;
    case 2:
        __asm__ volatile("movb (%0), %%al" : : "r"(from) : "rax", "memory");
        break;
    case 3:
        __asm__ volatile("rep movsb" : "+S"(from), "+D"(to), "+c"(n) : : "memory");
        break;
    case 4:
        __asm__ volatile("movdqu (%0), %%xmm0" : : "r"(from) : "xmm0", "memory");
        break;
    case 5:
        if (__builtin_cpu_supports("avx"))
            wide();
        break;
    case 6:
        __asm__ volatile("cmpq %%rax, (%0)" : : "r"(data + 8) : "cc", "memory");
        break;
    case 7:
        raw(write, -1, data, 8);
        break;
    }
}

int main(void)
{
    FILE *f = fopen("/proc/self/maps", "r");
    char line[512];
    unsigned long at;
    MUST(f);
    while (fgets(line, sizeof line, f))
        if (!data && strstr(line, "[vvar]") && sscanf(line, "%lx", &at) == 1)
            data = (const char *) at;
    fclose(f);
    for (int how = 0; how < 8; how++) {
        pid_t pid = fork();
        int status;
        MUST(pid >= 0);
        if (pid == 0) {
            int64_t before = now(CLOCK_MONOTONIC, true);
            look(how);
            int64_t between = now(CLOCK_MONOTONIC, false), after = now(CLOCK_MONOTONIC, true);
            _exit(before <= between && between <= after ? 0 : 1);
        }
        MUST(waitpid(pid, &status, 0) == pid);
        printf("%d: %x\n", how, (unsigned) status);
    }
    return t_end();
}
