/* covers: mprotect */
#include "stale.h"

int main(void)
{
    volatile char *p = mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(p != MAP_FAILED);
    int bad = 0;
    stale_prepare();
    stale_page = p;
    pthread_t th = thread_start(stale_writer, NULL);
    for (int i = 0; i < 60; i++) {
        until_moved(&stale_done, 50);
        MUST(mprotect((void *) p, T_PAGE, i % 2 ? PROT_READ : PROT_NONE) == 0);
        if (i % 2 == 0)
            MUST(mprotect((void *) p, T_PAGE, PROT_READ) == 0);
        uint64_t seen = *(volatile uint64_t *) p;
        until_moved(&stale_faults, 3);
        bad += *(volatile uint64_t *) p != seen;
        MUST(mprotect((void *) p, T_PAGE, PROT_READ | PROT_WRITE) == 0);
    }
    atomic_store(&stale_stop, true);
    thread_join(th);
    printf("%d rounds with a write after the right was gone\n", bad);
    CHECK(atomic_load(&stale_faults) > 0);
    return t_end();
}
