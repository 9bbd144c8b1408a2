/* covers: fork gettid wait4 */
#include "child.h"
#include "threads.h"

static atomic_bool stop;
static _Atomic uint64_t spins;
static int p[2], q[2];
static __thread int own = 3;
static volatile int prepared, in_parent, in_child;

static void *busy(void *arg)
{
    (void) arg;
    while (!atomic_load(&stop))
        atomic_fetch_add(&spins, 1);
    return NULL;
}

static void *reads(void *arg)
{
    char c;
    (void) arg;
    return (void *) read(p[0], &c, 1);
}

static void *sleeps(void *arg)
{
    char c;
    (void) arg;
    return (void *) read(q[0], &c, 1);
}

static void on_prepare(void)
{
    prepared++;
}

static void on_parent(void)
{
    in_parent++;
}

static void on_child(void)
{
    in_child++;
}

static int threads_now(void)
{
    char buf[4096], *at;
    MUST(get_file("/proc/self/status", buf, sizeof(buf)) > 0);
    MUST((at = strstr(buf, "\nThreads:")));
    return atoi(at + 9);
}

static void *forks(void *arg)
{
    (void) arg;
    own = 17;
    for (int i = 0; i < 5; i++) {
        pid_t pid = fork();
        MUST(pid >= 0);
        if (pid == 0) {
            CHECK(raw(gettid) == getpid());
            CHECK(own == 17);
            CHECK(threads_now() == 1);
            uint64_t seen = atomic_load(&spins);
            sched_yield();
            CHECK(atomic_load(&spins) == seen);
            /* the child can have threads of its own, and fork again */
            pthread_t th = thread_start(reads, NULL);
            MUST(write(p[1], "x", 1) == 1);
            CHECK(thread_join(th) == (void *) 1);
            pid_t grandchild = fork();
            if (grandchild == 0)
                _exit(own);
            CHECK(WEXITSTATUS(reap(grandchild)) == 17);
            _exit(in_child == 1 && t_failures == 0 ? 0 : 1);
        }
        CHECK(reap(pid) == 0);
    }
    return NULL;
}

int main(void)
{
    pthread_t b[2], r;
    MUST(pipe(p) == 0 && pipe(q) == 0);
    pthread_atfork(on_prepare, on_parent, on_child);
    for (int i = 0; i < 2; i++)
        b[i] = thread_start(busy, NULL);
    thread_join(thread_start(forks, NULL));
    printf("prepared %d, in the parent %d, in the child %d\n", prepared, in_parent, in_child);
    /* a thread that was asleep in a call while another forked goes on */
    r = thread_start(sleeps, NULL);
    forks(NULL);
    MUST(write(q[1], "x", 1) == 1);
    CHECK(thread_join(r) == (void *) 1);
    uint64_t seen = atomic_load(&spins);
    until_moved(&spins, 1000);
    CHECK(atomic_load(&spins) > seen);
    atomic_store(&stop, true);
    for (int i = 0; i < 2; i++)
        thread_join(b[i]);
    return t_end();
}
