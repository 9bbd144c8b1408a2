/* covers: mmap clone */
/* only: dynamic-glibc (it opens a shared library) */
/* A library with thread-local data, opened while threads run: each thread has data of its own, zero at first, kept until it ends. */
#include <dlfcn.h>

#include "threads.h"

#define N 24

struct globals { /* of the C++ runtime: the exceptions that a thread has caught, and how many are under way */
    void *caught;
    unsigned uncaught;
};

static struct globals *(*of_thread)(void);
static struct globals *seen[N];
static _Atomic uint32_t opened, looked, compared;

static void *thread(void *arg)
{
    long me = (long) arg, bad = 0;
    word_wait(&opened, 1);
    struct globals *g = of_thread();
    seen[me] = g;
    bad += g->caught || g->uncaught;
    g->uncaught = (unsigned) me + 1;
    atomic_fetch_add(&looked, 1);
    word_wait(&compared, 1);
    bad += of_thread() != g || g->uncaught != (unsigned) me + 1;
    g->uncaught = 0;
    return (void *) bad;
}

static int round_of_threads(int before)
{
    pthread_t th[N];
    long bad = 0;
    atomic_store(&looked, 0);
    atomic_store(&compared, 0);
    atomic_store(&opened, !before);
    for (long i = 0; i < N; i++)
        th[i] = thread_start(thread, (void *) i);
    void *lib = before ? dlopen("libstdc++.so.6", RTLD_NOW | RTLD_LOCAL) : NULL;
    if (before) {
        MUST(lib);
        *(void **) &of_thread = dlsym(lib, "__cxa_get_globals");
        MUST(of_thread);
        word_set(&opened, 1);
    }
    while (atomic_load(&looked) < N)
        sched_yield();
    for (int i = 0; i < N; i++)
        for (int k = 0; k <= i; k++)
            bad += seen[i] == (k == i ? of_thread() : seen[k]);
    word_set(&compared, 1);
    for (int i = 0; i < N; i++)
        bad += (long) thread_join(th[i]);
    return (int) bad;
}

int main(void)
{
    printf("opened while threads run: %d wrong\n", round_of_threads(1));
    printf("threads made afterwards: %d wrong\n", round_of_threads(0));
    printf("and again: %d wrong\n", round_of_threads(0));
    return t_end();
}
