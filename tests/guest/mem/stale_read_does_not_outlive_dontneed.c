/* covers: madvise mprotect ftruncate */
#include "stale.h"

/* Reads through a translation that should be gone would show the bytes of a page that was given back. */
static _Atomic uint64_t reads;
static _Atomic uint64_t generation; /* even: the page may hold anything; odd: it must hold what is below */
static volatile uint64_t expected;
static _Atomic uint64_t wrong;

static void *reader(void *arg)
{
    (void) arg;
    while (!atomic_load(&stale_stop)) {
        if (sigsetjmp(stale_jmp, 0)) {
            atomic_fetch_add(&stale_faults, 1);
            continue;
        }
        uint64_t g = atomic_load(&generation);
        uint64_t want = expected, got = *(volatile uint64_t *) stale_page;
        if ((g & 1) && g == atomic_load(&generation) && got != want)
            atomic_fetch_add(&wrong, 1);
        atomic_fetch_add(&reads, 1);
    }
    return NULL;
}

static void settle(uint64_t value)
{
    expected = value;
    atomic_fetch_add(&generation, 1);
    until_moved(&reads, 50);
    atomic_fetch_add(&generation, 1);
}

int main(void)
{
    uint64_t *p = mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int fd = memfd_create("m", MFD_CLOEXEC);
    MUST(p != MAP_FAILED && fd >= 0);
    stale_prepare();
    stale_page = (volatile char *) p;
    pthread_t th = thread_start(reader, NULL);
    for (uint64_t i = 1; i < 60; i++) {
        *p = i;
        settle(i);
        MUST(madvise(p, T_PAGE, MADV_DONTNEED) == 0);
        settle(0);
    }
    /* a file cut off under the reader, and grown again: zeros */
    MUST(ftruncate(fd, T_PAGE) == 0);
    MUST(mmap(p, T_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0) == p);
    for (uint64_t i = 1; i < 60; i++) {
        *p = i;
        settle(i);
        MUST(ftruncate(fd, 0) == 0);
        until_moved(&stale_faults, 2);
        MUST(ftruncate(fd, T_PAGE) == 0);
        settle(0);
    }
    atomic_store(&stale_stop, true);
    thread_join(th);
    printf("%lu stale reads\n", (unsigned long) atomic_load(&wrong));
    return t_end();
}
