/* covers: rt_sigprocmask clone timer_create timer_settime */
/* only: glibc (musl has no contexts) */
/* Threads that switch between contexts on stacks of their own, while a timer interrupts them: every context keeps its variables, its floating
 * point and its mask. */
#include <ucontext.h>

#include "threads.h"

#define N 16
#define CONTEXTS 3
#define STACK 65536
#define ROUNDS 50

struct work {
    ucontext_t back, of[CONTEXTS];
    char *stack;
    int turns[CONTEXTS];
    long bad;
};

static _Atomic uint64_t ticks;
static __thread struct work *mine;

static void tick(int sig)
{
    (void) sig;
    atomic_fetch_add(&ticks, 1);
}

static void body(int me)
{
    struct work *w = mine;
    double x = me + 0.5;
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR1 + me * 2);
    pthread_sigmask(SIG_BLOCK, &mask, NULL);
    for (int i = 0; i < ROUNDS; i++) {
        x += 1;
        swapcontext(&w->of[me], &w->of[(me + 1) % CONTEXTS]);
        pthread_sigmask(SIG_BLOCK, NULL, &mask);
        for (int k = 0; k < CONTEXTS; k++)
            w->bad += sigismember(&mask, SIGUSR1 + k * 2) != (k == me);
        w->bad += x != me + 1.5 + i;
        w->turns[me]++;
    }
}

static void prepare(struct work *w, int i)
{
    MUST(getcontext(&w->of[i]) == 0);
    w->of[i].uc_stack.ss_sp = w->stack + i * STACK;
    w->of[i].uc_stack.ss_size = STACK;
    w->of[i].uc_link = i + 1 < CONTEXTS ? &w->of[i + 1] : &w->back;
    makecontext(&w->of[i], (void (*)(void)) body, 1, i);
}

static void *thread(void *arg)
{
    struct work *w = arg;
    mine = w;
    for (int i = 0; i < CONTEXTS; i++)
        prepare(w, i);
    swapcontext(&w->back, &w->of[0]);
    while (!atomic_load(&ticks))
        sched_yield();
    for (int i = 0; i < CONTEXTS; i++)
        w->bad += w->turns[i] != ROUNDS;
    return NULL;
}

int main(void)
{
    static struct work work[N];
    pthread_t th[N];
    struct sigaction sa = {.sa_handler = tick, .sa_flags = SA_RESTART};
    timer_t timer;
    struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
    struct itimerspec often = {{0, 20000000}, {0, 20000000}};
    long bad = 0;
    MUST(sigaction(SIGALRM, &sa, NULL) == 0);
    MUST(timer_create(CLOCK_MONOTONIC, &ev, &timer) == 0 && timer_settime(timer, 0, &often, NULL) == 0);
    for (int i = 0; i < N; i++) {
        work[i].stack = mmap(NULL, CONTEXTS * STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        MUST(work[i].stack != MAP_FAILED);
        th[i] = thread_start(thread, &work[i]);
    }
    for (int i = 0; i < N; i++) {
        thread_join(th[i]);
        bad += work[i].bad;
    }
    printf("%d threads, %ld wrong, interrupted %d\n", N, bad, atomic_load(&ticks) > 0);
    return t_end();
}
