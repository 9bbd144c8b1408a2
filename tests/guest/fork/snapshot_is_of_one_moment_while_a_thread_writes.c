/* covers: fork */
#include "snapshot.h"
#include "threads.h"

/* A thread counts up in many pages, one after the other, while the main thread forks. What the child finds is what each
 * page held at one moment: read again later it is the same, it is a value that was written, and nothing that its parent
 * wrote later shows up. */
enum { PAGES = 64, FORKS = 60 };

static volatile uint64_t *mem;
static _Atomic uint64_t rounds;
static atomic_bool stop;

static void *writer(void *arg)
{
    (void) arg;
    for (uint64_t v = 1; !atomic_load(&stop); v++) {
        for (int i = 0; i < PAGES; i++) {
            mem[i * 512] = v;
            mem[i * 512 + 511] = v;
        }
        atomic_store(&rounds, v);
    }
    return NULL;
}

static int child(struct gate *later)
{
    uint64_t first[PAGES], last[PAGES];
    int wrong = 0;
    /* half of the pages are looked at only when the parent is far ahead */
    for (int i = 0; i < PAGES; i += 2) {
        first[i] = mem[i * 512];
        last[i] = mem[i * 512 + 511];
    }
    uint64_t floor = atomic_load(&rounds); /* this word is private as well: frozen */
    gate_wait(later);
    wrong += atomic_load(&rounds) != floor;
    for (int i = 0; i < PAGES; i += 2)
        wrong += mem[i * 512] != first[i] || mem[i * 512 + 511] != last[i];
    for (int i = 0; i < PAGES; i++) {
        uint64_t a = mem[i * 512], b = mem[i * 512 + 511];
        /* the writer was at most one step further within a page */
        wrong += a != b && a != b + 1;
        /* not older than the count, and not from the time after the parent's fork returned */
        wrong += a + 1 < floor || a > floor + 100000;
    }
    return wrong;
}

int main(void)
{
    struct gate later;
    int wrong = 0;
    gate_init(&later);
    mem = mmap(NULL, PAGES * T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(mem != MAP_FAILED);
    pthread_t th = thread_start(writer, NULL);
    for (int i = 0; i < FORKS; i++) {
        pid_t pid = fork();
        MUST(pid >= 0);
        if (pid == 0)
            _exit(child(&later) != 0);
        until_moved(&rounds, 20);
        gate_open(&later);
        wrong += reap(pid) != 0;
    }
    atomic_store(&stop, true);
    thread_join(th);
    printf("%d children found something torn or late\n", wrong);
    return t_end();
}
