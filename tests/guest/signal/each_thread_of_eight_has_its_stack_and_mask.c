/* covers: sigaltstack rt_sigprocmask tgkill */
#include "threads.h"

/* SA_ONSTACK, SA_NODEFER and SA_RESETHAND in eight threads at once: handlers nest on the stack of their own thread, with its mask. */
enum { THREADS = 8, ROUNDS = 40 };
static __thread char *stack;
static __thread int depth, deepest, elsewhere;
static _Atomic uint32_t one_shot;

static void nests(int sig)
{
    char here;
    elsewhere += &here < stack || &here >= stack + 65536;
    if (++depth > deepest)
        deepest = depth;
    if (depth < 3)
        raw(tgkill, getpid(), raw(gettid), sig);
    depth--;
}

static void once(int sig)
{
    (void) sig;
    atomic_fetch_add(&one_shot, 1);
}

static void *work(void *arg)
{
    stack_t ss = {.ss_size = 65536}, told;
    sigset_t now;
    (void) arg;
    ss.ss_sp = stack = malloc(65536);
    MUST(sigaltstack(&ss, NULL) == 0);
    for (int i = 0; i < ROUNDS; i++)
        raw(tgkill, getpid(), raw(gettid), SIGUSR1);
    MUST(sigaltstack(NULL, &told) == 0);
    CHECK(told.ss_sp == stack && told.ss_flags == 0);
    pthread_sigmask(SIG_BLOCK, NULL, &now);
    CHECK(!sigismember(&now, SIGUSR1) && !sigismember(&now, SIGUSR2));
    ss.ss_flags = SS_DISABLE;
    sigaltstack(&ss, NULL);
    free(stack);
    return (void *) (intptr_t) (deepest * 1000 + elsewhere);
}

static void *raises(void *arg)
{
    raw(tgkill, getpid(), raw(gettid), SIGUSR2);
    return arg;
}

int main(void)
{
    struct sigaction sa = {.sa_handler = nests, .sa_flags = SA_ONSTACK | SA_NODEFER}, now;
    pthread_t th[THREADS];
    MUST(sigaction(SIGUSR1, &sa, NULL) == 0);
    for (int i = 0; i < THREADS; i++)
        th[i] = thread_start(work, NULL);
    for (int i = 0; i < THREADS; i++)
        printf("thread %d: %ld\n", i, (long) thread_join(th[i]));
    sa = (struct sigaction){.sa_handler = once, .sa_flags = (int) SA_RESETHAND};
    MUST(sigaction(SIGUSR2, &sa, NULL) == 0);
    thread_join(thread_start(raises, NULL));
    MUST(sigaction(SIGUSR2, NULL, &now) == 0);
    printf("one shot: %u, then default %d\n", one_shot, now.sa_handler == SIG_DFL);
    return t_end();
}
