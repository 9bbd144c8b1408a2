/* covers: mmap munmap mprotect madvise mremap */
#include "threads.h"

/* Eight threads, each with memory of its own, in one address space: nobody's bytes turn up at somebody else's. */
enum { THREADS = 8, ROUNDS = 150 };

static void *work(void *arg)
{
    unsigned me = (unsigned) (uintptr_t) arg, seed = me * 7919 + 1;
    uintptr_t bad = 0;
    for (int i = 0; i < ROUNDS; i++) {
        seed = seed * 1103515245 + 12345;
        size_t pages = 1 + (seed >> 16) % 40;
        unsigned char *p = mmap(NULL, pages * T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (p == MAP_FAILED)
            return (void *) 1000000;
        for (size_t k = 0; k < pages; k++)
            bad += p[k * T_PAGE] != 0;
        for (size_t k = 0; k < pages; k++)
            p[k * T_PAGE] = (unsigned char) (me + 1);
        switch (i % 4) {
        case 0:
            bad += mprotect(p, pages * T_PAGE, PROT_READ) != 0;
            break;
        case 1:
            bad += madvise(p, T_PAGE, MADV_DONTNEED) != 0;
            bad += p[0] != 0;
            p[0] = (unsigned char) (me + 1);
            break;
        case 2:
            p = mremap(p, pages * T_PAGE, (pages + 3) * T_PAGE, MREMAP_MAYMOVE);
            if (p == MAP_FAILED)
                return (void *) 2000000;
            bad += p[pages * T_PAGE] != 0;
            memset(p + pages * T_PAGE, (int) me + 1, 3 * T_PAGE);
            pages += 3;
            break;
        }
        for (size_t k = 0; k < pages; k++)
            bad += p[k * T_PAGE] != me + 1;
        bad += munmap(p, pages * T_PAGE) != 0;
    }
    return (void *) bad;
}

int main(void)
{
    pthread_t th[THREADS];
    for (int i = 0; i < THREADS; i++)
        th[i] = thread_start(work, (void *) (uintptr_t) i);
    for (int i = 0; i < THREADS; i++)
        printf("thread %d: %lu wrong\n", i, (unsigned long) (uintptr_t) thread_join(th[i]));
    return t_end();
}
