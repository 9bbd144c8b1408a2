/* covers: munmap mmap */
#include "stale.h"

/* The page is unmapped, or replaced, while a thread writes to it; what the kernel gives next is zero and stays so. */
int main(void)
{
    volatile char *p = mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int bad = 0;
    MUST(p != MAP_FAILED);
    stale_prepare();
    stale_page = p;
    pthread_t th = thread_start(stale_writer, NULL);
    for (int i = 0; i < 60; i++) {
        until_moved(&stale_done, 50);
        if (i % 3 == 0)
            MUST(munmap((void *) p, T_PAGE) == 0);
        else
            MUST(mmap((void *) p, T_PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == p);
        until_moved(&stale_faults, 3);
        volatile char *q = mmap((void *) p, T_PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        MUST(q == p);
        bad += *(volatile uint64_t *) p != 0;
        until_moved(&stale_faults, 3);
        bad += *(volatile uint64_t *) p != 0;
        MUST(mprotect((void *) p, T_PAGE, PROT_READ | PROT_WRITE) == 0);
    }
    atomic_store(&stale_stop, true);
    thread_join(th);
    printf("%d rounds with a write after the page was gone\n", bad);
    return t_end();
}
