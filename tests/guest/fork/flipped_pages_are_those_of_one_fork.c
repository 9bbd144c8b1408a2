/* covers: fork */
/* svm: no (too much work for the emulated host) */
#include "snapshot.h"
#include "threads.h"

/* A thread flips a structure of many pages from one state to the next while the main thread forks, 1,000 times in a full run. The host's
 * fork stops whoever writes to a page that it has passed, so a child finds what memory was at one moment between call and
 * return: up to some page the new state, from there on the old one, and that for good. */
enum { PAGES = 256, WORDS = T_PAGE / 8 };

static volatile uint64_t *mem;
static _Atomic uint64_t state; /* the last one that is on all pages */
static atomic_bool stop;

static void *writer(void *arg)
{
    for (uint64_t v = 1; !atomic_load(&stop); v++) {
        for (int i = 0; i < PAGES; i++) {
            mem[i * WORDS] = v;
            mem[i * WORDS + WORDS - 1] = v;
        }
        atomic_store(&state, v);
    }
    return arg;
}

/* What is wrong with the pages of a child whose parent has gone on; `ends` is where the parent tells when its fork ended. */
static int child(struct gate *later, uint64_t before, volatile uint64_t *ends)
{
    uint64_t seen[PAGES], frozen = atomic_load(&state), above = UINT64_MAX;
    int wrong = 0;
    for (int i = 0; i < PAGES; i += 2) /* the others are not touched before */
        seen[i] = mem[i * WORDS];
    gate_wait(later);
    for (int i = 0; i < PAGES; i++) {
        uint64_t first = mem[i * WORDS], last = mem[i * WORDS + WORDS - 1];
        wrong += i % 2 == 0 && first != seen[i];
        wrong += first != frozen && first != frozen + 1; /* the count is written after the last page */
        wrong += first > above || last > first;          /* what is written later is not newer */
        above = last;
    }
    return wrong + (frozen < before || frozen >= *ends);
}

int main(void)
{
    struct gate later;
    volatile uint64_t *ends = shared_mem(T_PAGE);
    int bad = 0;
    gate_init(&later);
    mem = mmap(NULL, PAGES * T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(mem != MAP_FAILED);
    pthread_t th = thread_start(writer, NULL);
    until_moved(&state, 1);
    for (int i = how_often(100, 1000); i > 0; i--) {
        uint64_t before = atomic_load(&state);
        pid_t pid = fork();
        MUST(pid >= 0);
        if (pid == 0)
            _exit(child(&later, before, ends) != 0);
        *ends = atomic_load(&state) + 1;
        until_moved(&state, 3);
        gate_open(&later);
        bad += reap(pid) != 0;
    }
    atomic_store(&stop, true);
    thread_join(th);
    printf("%d children found what never was\n", bad);
    return t_end();
}
