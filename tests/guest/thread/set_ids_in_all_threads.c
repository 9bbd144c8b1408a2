/* covers: setresuid setresgid getuid geteuid tgkill */
#include "threads.h"

/* The C library makes every thread change its identity by a signal of its own; here to what it is already. */
static _Atomic uint32_t go;
static atomic_bool stop;
static int p[2];

static void *spins(void *arg)
{
    (void) arg;
    atomic_fetch_add(&go, 1);
    while (!atomic_load(&stop))
        __asm__ volatile("");
    return NULL;
}

static void *reads(void *arg)
{
    char c;
    (void) arg;
    atomic_fetch_add(&go, 1);
    return (void *) read(p[0], &c, 1);
}

int main(void)
{
    pthread_t a, b;
    MUST(pipe(p) == 0);
    a = thread_start(spins, NULL);
    b = thread_start(reads, NULL);
    while (atomic_load(&go) < 2)
        sched_yield();
    for (int i = 0; i < 20; i++) {
        CHECK(setresuid(getuid(), getuid(), getuid()) == 0);
        CHECK(setresgid(getgid(), getgid(), getgid()) == 0);
    }
    CHECK(setuid(getuid()) == 0 && setgid(getgid()) == 0);
    atomic_store(&stop, true);
    thread_join(a);
    MUST(write(p[1], "x", 1) == 1);
    CHECK(thread_join(b) == (void *) 1);
    return t_end();
}
