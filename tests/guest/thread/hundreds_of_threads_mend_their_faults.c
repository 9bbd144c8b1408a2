/* covers: sigaltstack mprotect rt_sigreturn clone */
/* 256 threads at once: each faults on a page of its own, again and again, and mends it in a handler that runs on a stack of its own. */
#include "threads.h"

#define N 256
#define ROUNDS 5
#define STACK 65536

static char *pages, *stacks;
static _Atomic uint32_t up, go, mended, elsewhere;
static __thread int my_number = -1;

static void handler(int sig, siginfo_t *si, void *uc)
{
    char here, *page = pages + my_number * T_PAGE, *stack = stacks + my_number * STACK;
    (void) uc;
    if (sig != SIGSEGV || (char *) si->si_addr < page || (char *) si->si_addr >= page + T_PAGE || &here < stack ||
        &here >= stack + STACK)
        atomic_fetch_add(&elsewhere, 1);
    if (mprotect(page, T_PAGE, PROT_READ | PROT_WRITE))
        _exit(9);
    atomic_fetch_add(&mended, 1);
}

static void *thread(void *arg)
{
    long me = (long) arg;
    volatile char *page = pages + me * T_PAGE;
    my_number = (int) me;
    stack_t st = {.ss_sp = stacks + me * STACK, .ss_size = STACK};
    MUST(sigaltstack(&st, NULL) == 0);
    atomic_fetch_add(&up, 1);
    word_wait(&go, 1);
    for (int i = 0; i < ROUNDS; i++) {
        page[i * 8] = (char) i;
        MUST(page[i * 8] == (char) i);
        MUST(mprotect((void *) page, T_PAGE, i % 2 ? PROT_READ : PROT_NONE) == 0);
    }
    st = (stack_t){.ss_flags = SS_DISABLE};
    MUST(sigaltstack(&st, NULL) == 0);
    return NULL;
}

int main(void)
{
    static pthread_t th[N];
    struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    pages = mmap(NULL, N * T_PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    stacks = mmap(NULL, N * STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(pages != MAP_FAILED && stacks != MAP_FAILED && sigaction(SIGSEGV, &sa, NULL) == 0);
    for (long i = 0; i < N; i++)
        th[i] = thread_start(thread, (void *) i);
    while (atomic_load(&up) < N)
        sched_yield();
    word_set(&go, 1);
    for (int i = 0; i < N; i++)
        thread_join(th[i]);
    printf("mended %u, elsewhere %u\n", mended, elsewhere);
    return t_end();
}
