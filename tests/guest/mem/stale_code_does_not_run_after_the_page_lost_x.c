/* covers: mprotect */
/* translated: not riscv64 (it does not end under the translator outside, so there is nothing to compare with) */
#include "stale.h"

static _Atomic uint64_t calls;

static void *caller(void *arg)
{
    (void) arg;
    while (!atomic_load(&stale_stop)) {
        if (sigsetjmp(stale_jmp, 0)) {
            atomic_fetch_add(&stale_faults, 1);
            continue;
        }
        ((void (*)(void))(uintptr_t) stale_page)();
        atomic_fetch_add(&calls, 1);
    }
    return NULL;
}

int main(void)
{
    char *p = mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int bad = 0;
    MUST(p != MAP_FAILED);
    memset(p, 0xc3, T_PAGE); /* ret */
    MUST(mprotect(p, T_PAGE, PROT_READ | PROT_EXEC) == 0);
    stale_prepare();
    stale_page = p;
    pthread_t th = thread_start(caller, NULL);
    for (int i = 0; i < 60; i++) {
        until_moved(&calls, 50);
        MUST(mprotect(p, T_PAGE, PROT_READ | PROT_WRITE) == 0);
        /* a call that had begun may still be counted: one, and no more */
        until_moved(&stale_faults, 2);
        uint64_t seen = atomic_load(&calls);
        until_moved(&stale_faults, 5);
        bad += atomic_load(&calls) != seen;
        MUST(mprotect(p, T_PAGE, PROT_READ | PROT_EXEC) == 0);
    }
    atomic_store(&stale_stop, true);
    thread_join(th);
    printf("%d rounds with a call after the right was gone\n", bad);
    return t_end();
}
