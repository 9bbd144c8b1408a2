/* covers: futex */
#include "waiters.h"

/* A private wait is found by private wakes of the same address space only; a shared one in private memory follows the page. */
static uint32_t *word;
static int op;
static struct waiter w;

static void *waits(void *arg)
{
    waiter_begin(arg);
    return (void *) futex(word, op, 0, NULL, NULL, 0);
}

static void try(const char *name, int flags)
{
    op = FUTEX_WAIT | flags;
    atomic_store(&w.tid, 0);
    waiters_start(&w, 1, waits);
    int status = IN_CHILD(_exit((int) futex(word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0) +
                                2 * (int) futex(word, FUTEX_WAKE, 1, NULL, NULL, 0)));
    printf("%s: the child woke %d,", name, WEXITSTATUS(status));
    printf(" private %ld,", futex(word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0));
    printf(" shared %ld,", futex(word, FUTEX_WAKE, 1, NULL, NULL, 0));
    printf(" waiter %ld\n", (long) thread_join(w.thread));
}

int main(void)
{
    word = shared_mem(T_PAGE);
    try("shared memory, shared wait", 0);
    try("shared memory, private wait", FUTEX_PRIVATE_FLAG);
    word = mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(word != MAP_FAILED);
    *word = 0;
    try("private memory, shared wait", 0);
    try("private memory, private wait", FUTEX_PRIVATE_FLAG);
    return t_end();
}
