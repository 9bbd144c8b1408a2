/* covers: arch_prctl */

#include <sys/auxv.h>

#include "threads.h"

#define ARCH_SET_GS 0x1001
#define ARCH_SET_FS 0x1002
#define ARCH_GET_FS 0x1003
#define ARCH_GET_GS 0x1004

static __thread int a = 11;
static __thread long b[100];

static void *work(void *arg)
{
    unsigned long fs = 0, gs = 1, fs0;
    static __thread uint64_t area[4];
    int me = (int) (intptr_t) arg;
    CHECK(a == 11 && b[99] == 0);
    a = me;
    b[99] = me;
    CHECK(raw(arch_prctl, ARCH_GET_FS, &fs) == 0);
    __asm__ volatile("movq %%fs:0, %0" : "=r"(fs0));
    CHECK(fs == fs0);
    CHECK(raw(arch_prctl, ARCH_GET_GS, &gs) == 0 && gs == 0);
    area[1] = (uint64_t) me * 77;
    CHECK(raw(arch_prctl, ARCH_SET_GS, area) == 0);
    for (int i = 0; i < 100; i++) {
        uint64_t v;
        raw(sched_yield);
        __asm__ volatile("movq %%gs:8, %0" : "=r"(v));
        if (!CHECK(v == (uint64_t) me * 77 && a == me && b[99] == me))
            break;
    }
    CHECK(raw(arch_prctl, ARCH_GET_GS, &gs) == 0 && gs == (uintptr_t) area);
    return NULL;
}

int main(void)
{
    pthread_t th[8];
    unsigned long v = 0;
    for (int i = 0; i < 8; i++)
        th[i] = thread_start(work, (void *) (intptr_t) (i + 20));
    for (int i = 0; i < 8; i++)
        thread_join(th[i]);
    printf("main %d\n", a);
    show("unknown", raw(arch_prctl, 0x7777, &v));
    show("to nowhere", raw(arch_prctl, ARCH_GET_FS, BAD_PTR));
    show("gs past user space", raw(arch_prctl, ARCH_SET_GS, 1ul << 63));
    show("fs past user space", raw(arch_prctl, ARCH_SET_FS, 1ul << 63));
    show("gs at an odd place", raw(arch_prctl, ARCH_SET_GS, 0x123456789l));
    show("get", raw(arch_prctl, ARCH_GET_GS, &v));
    printf("%lx\n", v);
    show("back", raw(arch_prctl, ARCH_SET_GS, 0));
    /* the instructions, where the kernel says that it keeps what they change */
    if (getauxval(AT_HWCAP2) & 2) {
        unsigned long old, now;
        __asm__ volatile("rdfsbase %0" : "=r"(old));
        raw(arch_prctl, ARCH_GET_FS, &v);
        CHECK(old == v);
        __asm__ volatile("wrgsbase %1; rdgsbase %0" : "=r"(now) : "r"(0x5555000ul));
        raw(sched_yield);
        raw(arch_prctl, ARCH_GET_GS, &v);
        printf("gs %lx %lx\n", now, v);
        raw(arch_prctl, ARCH_SET_GS, 0x6666000ul);
        __asm__ volatile("rdgsbase %0" : "=r"(now));
        printf("gs %lx\n", now);
    }
    return t_end();
}
