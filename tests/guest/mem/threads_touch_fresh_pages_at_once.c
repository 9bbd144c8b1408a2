/* covers: mmap */
#include "threads.h"

/* Many threads fault on the same fresh pages at the same moment: each increment counts, none is lost to a page that was
 * made twice. */
enum { THREADS = 6, PAGES = 1500 };

static _Atomic uint32_t *cell(int i);
static char *mem;
static pthread_barrier_t together;

static _Atomic uint32_t *cell(int i)
{
    return (_Atomic uint32_t *) (mem + (size_t) i * T_PAGE);
}

static void *work(void *arg)
{
    int me = (int) (intptr_t) arg;
    pthread_barrier_wait(&together);
    for (int i = 0; i < PAGES; i++)
        atomic_fetch_add(cell((i + me % 2 * 3) % PAGES), 1);
    return NULL;
}

int main(void)
{
    static const int flags[] = {MAP_PRIVATE | MAP_ANONYMOUS, MAP_SHARED | MAP_ANONYMOUS};
    pthread_barrier_init(&together, NULL, THREADS);
    for (unsigned f = 0; f < ARRAY_SIZE(flags); f++) {
        pthread_t th[THREADS];
        int wrong = 0;
        mem = mmap(NULL, PAGES * (size_t) T_PAGE, PROT_READ | PROT_WRITE, flags[f], -1, 0);
        MUST(mem != MAP_FAILED);
        for (int i = 0; i < THREADS; i++)
            th[i] = thread_start(work, (void *) (intptr_t) i);
        for (int i = 0; i < THREADS; i++)
            thread_join(th[i]);
        for (int i = 0; i < PAGES; i++)
            wrong += atomic_load(cell(i)) != THREADS;
        printf("%d wrong\n", wrong);
        MUST(munmap(mem, PAGES * (size_t) T_PAGE) == 0);
    }
    return t_end();
}
