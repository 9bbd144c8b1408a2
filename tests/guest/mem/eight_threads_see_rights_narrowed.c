/* covers: mprotect munmap mmap madvise mremap */
#include <setjmp.h>

#include "threads.h"

/* Eight threads read and write all over a mapping; when the call that takes a right away has returned, no access goes through any more. `shut`
 * is odd from then until the right is given back: whoever saw it odd before and after an access that went through saw a stale translation. */
enum { THREADS = 8, PAGES = 16, ROUNDS = 6 };
static volatile char *area;
static _Atomic uint32_t shut, stop, stale;
static _Atomic uint64_t tried;
static __thread sigjmp_buf out;
static bool writes;

static void handler(int sig)
{
    (void) sig;
    siglongjmp(out, 1);
}

static void *touches(void *arg)
{
    volatile unsigned i = (unsigned) (uintptr_t) arg * 5;
    volatile uint32_t before = 0;
    while (!atomic_load(&stop)) {
        atomic_fetch_add(&tried, 1);
        if (sigsetjmp(out, 0))
            continue;
        i = (i + 7) % PAGES;
        before = atomic_load(&shut);
        if (writes)
            area[i * T_PAGE + 8]++;
        else
            (void) area[i * T_PAGE + 8];
        if ((before & 1) && atomic_load(&shut) == before)
            atomic_fetch_add(&stale, 1);
    }
    return NULL;
}

static void narrow(int how)
{
    void *p = (void *) area;
    size_t size = PAGES * T_PAGE;
    switch (how) {
    case 0:
        MUST(mprotect(p, size, PROT_NONE) == 0);
        break;
    case 1:
        MUST(munmap(p, size) == 0);
        break;
    case 2:
        MUST(mmap(p, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == p);
        break;
    case 3:
        MUST(mremap(p, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, p + 2 * size) == p + 2 * size);
        break;
    case 4:
        MUST(mprotect(p, size, PROT_READ) == 0);
        break;
    }
}

static void round_of(const char *name, int how, bool write)
{
    pthread_t th[THREADS];
    size_t size = PAGES * T_PAGE;
    char *room = mmap(NULL, 3 * size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(room != MAP_FAILED);
    area = room;
    writes = write;
    atomic_store(&stop, 0);
    atomic_store(&shut, 1);
    for (uintptr_t i = 0; i < THREADS; i++)
        th[i] = thread_start(touches, (void *) i);
    for (int i = 0; i < ROUNDS; i++) {
        atomic_fetch_add(&shut, 1);
        MUST(mmap(room, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == room);
        until_moved(&tried, 100);
        narrow(how);
        atomic_fetch_add(&shut, 1);
        until_moved(&tried, 20);
    }
    atomic_store(&stop, 1);
    for (int i = 0; i < THREADS; i++)
        thread_join(th[i]);
    munmap(room, 3 * size);
    printf("%s: %u stale\n", name, atomic_exchange(&stale, 0));
}

int main(void)
{
    struct sigaction sa = {.sa_handler = handler, .sa_flags = SA_NODEFER};
    MUST(sigaction(SIGSEGV, &sa, NULL) == 0);
    round_of("reads after PROT_NONE", 0, false);
    round_of("writes after PROT_NONE", 0, true);
    round_of("reads after munmap", 1, false);
    round_of("writes after munmap", 1, true);
    round_of("writes after a mapping over it", 2, true);
    round_of("writes after mremap", 3, true);
    round_of("writes after PROT_READ", 4, true);
    return t_end();
}
