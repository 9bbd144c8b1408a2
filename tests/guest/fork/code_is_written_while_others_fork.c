/* covers: fork mprotect mmap */
/* Threads go on writing code and running it, on pages that are writable and executable and on pages that are either, while another one forks: each
 * child runs what was written before the fork, and what it writes itself over that and beside it. */
#include "child.h"
#include "codegen.h"
#include "threads.h"

#define WRITERS 3
#define PAGES 4
#define SLOTS (T_PAGE / CODE_SIZE)

static char *area[WRITERS], *own;
static _Atomic uint32_t stop;
static _Atomic uint64_t written;

static uint32_t value_of(int writer, uint32_t round, int slot)
{
    return (round * 131 + (uint32_t) slot * 7 + (uint32_t) writer) & 0x7fff;
}

/* Write a page of functions and call each: how many were wrong. Odd writers take the right to execute away meanwhile. */
static int page_of_code(char *page, int writer, uint32_t round)
{
    int wrong = 0;
    if (writer % 2)
        MUST(mprotect(page, T_PAGE, PROT_READ | PROT_WRITE) == 0);
    for (int s = 0; s < SLOTS; s++)
        code_write(page + s * CODE_SIZE, value_of(writer, round, s));
    code_ready(page, T_PAGE);
    if (writer % 2)
        MUST(mprotect(page, T_PAGE, PROT_READ | PROT_EXEC) == 0);
    for (int s = 0; s < SLOTS; s += 5)
        wrong += code_call(page + s * CODE_SIZE, round) != round * 3 + value_of(writer, round, s);
    return wrong;
}

static void *writes(void *arg)
{
    long me = (long) arg, wrong = 0;
    for (uint32_t round = 1; !atomic_load(&stop); round++) {
        wrong += page_of_code(area[me] + round % PAGES * T_PAGE, (int) me, round);
        atomic_fetch_add(&written, 1);
    }
    return (void *) wrong;
}

/* The child: 1 what the parent wrote, 2 what it writes there, 4 what it writes in new memory, 8 the other threads' pages. */
static int child(uint32_t n)
{
    int bad = 0;
    for (int s = 0; s < SLOTS; s += 9)
        bad |= code_call(own + s * CODE_SIZE, n) == n * 3 + value_of(0, n, s) ? 0 : 1;
    bad |= page_of_code(own, 0, n + 77) ? 2 : 0;
    char *fresh = mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    bad |= fresh == MAP_FAILED || page_of_code(fresh, 0, n + 99) ? 4 : 0;
    for (int w = 0; w < WRITERS; w++) /* nobody writes there any more */
        bad |= page_of_code(area[w], w, n) ? 8 : 0;
    return bad;
}

int main(void)
{
    pthread_t th[WRITERS];
    /* A file that is written all the time is cloned slowly. */
    int forks = how_often(60, getenv("ELFUSE_FORK") ? 250 : 1000), rwx = PROT_READ | PROT_WRITE | PROT_EXEC;
    long wrong = 0, bad = 0;
    own = mmap(NULL, T_PAGE, rwx, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(own != MAP_FAILED);
    for (long i = 0; i < WRITERS; i++) {
        area[i] = mmap(NULL, PAGES * T_PAGE, rwx, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        MUST(area[i] != MAP_FAILED);
        th[i] = thread_start(writes, (void *) i);
    }
    for (int n = 0; n < forks; n++) {
        until_moved(&written, 1);
        wrong += page_of_code(own, 0, (uint32_t) n);
        int status = IN_CHILD(_exit(child((uint32_t) n)));
        if (status != 0) {
            bad++;
            show_status("a child", status);
        }
    }
    atomic_store(&stop, 1);
    for (int i = 0; i < WRITERS; i++)
        wrong += (long) thread_join(th[i]);
    printf("wrong %ld, children that went wrong %ld\n", wrong, bad);
    return t_end();
}
