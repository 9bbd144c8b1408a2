/* covers: mmap madvise */
#include "child.h"
#include "threads.h"

/* What is mapped, or dropped, is seen by all threads from the moment the call returns: never what was there before. */
enum { THREADS = 8, PAGES = 8, ROUNDS = 24 };
static volatile uint32_t *area;
static _Atomic uint32_t floor_, stop, old;
static _Atomic uint64_t looked;

static void *looks(void *arg)
{
    unsigned i = (unsigned) (uintptr_t) arg;
    while (!atomic_load(&stop)) {
        uint32_t least = atomic_load(&floor_);
        i = (i + 3) % PAGES;
        if (area[i * T_PAGE / 4] < least)
            atomic_fetch_add(&old, 1);
        atomic_fetch_add(&looked, 1);
    }
    return NULL;
}

int main(void)
{
    pthread_t th[THREADS];
    size_t size = PAGES * T_PAGE;
    scratch();
    int fd = open("f", O_RDWR | O_CREAT, 0600);
    for (uint32_t k = 0; k < ROUNDS; k++)
        for (int i = 0; i < PAGES; i++)
            MUST(pwrite(fd, &k, 4, (off_t) (k * size + (size_t) i * T_PAGE)) == 4);
    MUST(ftruncate(fd, (off_t) (ROUNDS * size)) == 0);
    void *p = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
    MUST(p != MAP_FAILED);
    area = p;
    for (uintptr_t i = 0; i < THREADS; i++)
        th[i] = thread_start(looks, (void *) i);
    for (uint32_t k = 1; k < ROUNDS; k++) {
        MUST(mmap(p, size, PROT_READ, (k & 1 ? MAP_PRIVATE : MAP_SHARED) | MAP_FIXED, fd, (off_t) (k * size)) == p);
        atomic_store(&floor_, k);
        until_moved(&looked, 60);
    }
    atomic_store(&stop, 1);
    for (int i = 0; i < THREADS; i++)
        thread_join(th[i]);
    printf("%u looks at what was there before\n", old);
    return t_end();
}
