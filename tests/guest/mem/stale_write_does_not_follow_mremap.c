/* covers: mremap */
#include "stale.h"

int main(void)
{
    char *p = mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *q;
    char *away = mmap(NULL, T_PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int bad = 0;
    MUST(p != MAP_FAILED && away != MAP_FAILED);
    stale_prepare();
    stale_page = p;
    pthread_t th = thread_start(stale_writer, NULL);
    for (int i = 0; i < 60; i++) {
        until_moved(&stale_done, 50);
        q = mremap(p, T_PAGE, T_PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, away);
        MUST(q == away);
        uint64_t seen = *(volatile uint64_t *) q;
        until_moved(&stale_faults, 3);
        bad += *(volatile uint64_t *) q != seen;
        MUST(mremap(q, T_PAGE, T_PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p) == p);
        bad += *(volatile uint64_t *) p < seen;
    }
    atomic_store(&stale_stop, true);
    thread_join(th);
    printf("%d rounds with a write that followed the page\n", bad);
    return t_end();
}
