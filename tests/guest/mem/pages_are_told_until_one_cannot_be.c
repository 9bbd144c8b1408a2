/* covers: move_pages */
#include <pthread.h>

#include "t.h"

/* move_pages(2) with what is wrong somewhere in the middle: what was told before it is told, and the rest is left alone. */
enum { N = 200, UNTOUCHED = 12345 };
static void *pages[N];
static int nodes[N], status[N];
static char *memory;

static void tell(const char *name, long pid, unsigned long count, int *to, int *st)
{
    int told = 0, left = 0, absent = 0;
    show(name, raw(move_pages, pid, count, pages, to, st, 0));
    for (unsigned i = 0; i < N; i++)
        told += status[i] == 0, left += status[i] == UNTOUCHED, absent += status[i] == -ENOENT || status[i] == -EFAULT;
    printf("  %d told, %d left, %d not there\n", told, left, absent);
    for (unsigned i = 0; i < N; i++) {
        status[i] = UNTOUCHED;
        nodes[i] = 0;
        pages[i] = memory + i * T_PAGE;
    }
}

static void *other(void *arg)
{
    tell("of a thread, told", raw(gettid), N, NULL, status);
    tell("of a thread, moved", raw(gettid), N, nodes, status);
    return arg;
}

int main(void)
{
    pthread_t t;
    memory = mmap(NULL, N * T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(memory != MAP_FAILED);
    memset(memory, 1, N * T_PAGE);
    tell("none", 0, 0, NULL, status);
    tell("told", 0, N, NULL, status);
    tell("moved", 0, N, nodes, status);
    nodes[3] = 1000;
    tell("a node that is none", 0, N, nodes, status);
    nodes[150] = -1;
    tell("a node that cannot be", 0, N, nodes, status);
    pages[10] = BAD_PTR;
    pages[150] = NULL;
    tell("pages that are not there, moved", 0, N, nodes, status);
    pages[10] = BAD_PTR;
    tell("pages that are not there, told", 0, N, NULL, status);
    tell("nodes at a bad address", 0, N, BAD_PTR, status);
    int *few = at_edge(100 * sizeof(int));
    memset(few, 0, 100 * sizeof(int));
    tell("nodes that end", 0, N, few, status);
    tell("status at a bad address", 0, N, nodes, BAD_PTR);
    for (unsigned i = 0; i < 100; i++)
        few[i] = UNTOUCHED;
    tell("status that ends", 0, N, nodes, few);
    printf("  %d %d\n", few[0], few[99]);
    void **short_pages = at_edge(70 * sizeof(void *));
    memcpy(short_pages, pages, 70 * sizeof(void *));
    show("pages that end", raw(move_pages, 0, N, short_pages, nodes, status, 0));
    printf("  %d %d %d\n", status[0], status[69], status[70]);
    show("flags that are none", raw(move_pages, 0, N, pages, nodes, status, 1));
    MUST(pthread_create(&t, NULL, other, NULL) == 0 && pthread_join(t, NULL) == 0);
    return t_end();
}
