/* covers: sched_setaffinity sched_getaffinity getcpu */
#include "waiters.h"

static unsigned long all[16];
static int cpus[1024], n;
static _Atomic uint32_t step, tid;

static long only(pid_t id, int cpu)
{
    unsigned long m[16] = {0};
    m[cpu / 64] = 1ul << cpu % 64;
    return raw(sched_setaffinity, id, sizeof(m), m);
}

static int count(pid_t id)
{
    unsigned long m[16] = {0};
    int bits = 0;
    MUST(raw(sched_getaffinity, id, sizeof(m), m) > 0);
    for (unsigned i = 0; i < ARRAY_SIZE(m); i++)
        bits += __builtin_popcountl(m[i]);
    return bits;
}

static void runs_on(const char *name, int cpu)
{
    unsigned now = 7777, node = 7777;
    MUST(raw(getcpu, &now, &node, NULL) == 0);
    printf("%s: on the one it may use %d, as the library says %d\n", name, now == (unsigned) cpu,
           sched_getcpu() == cpu);
}

static void *child_of_it(void *arg)
{
    (void) arg;
    printf("its own thread: %d\n", count(0));
    return NULL;
}

static void *thread(void *arg)
{
    (void) arg;
    CHECK(count(0) == n);
    for (int i = 0; i < n && i < 4; i++) {
        CHECK(only(0, cpus[i]) == 0);
        for (int k = 0; k < 50; k++) {
            unsigned now;
            CHECK(raw(getcpu, &now, NULL, NULL) == 0 && now == (unsigned) cpus[i]);
            CHECK(sched_getcpu() == cpus[i]);
        }
    }
    thread_join(thread_start(child_of_it, NULL));
    atomic_store(&tid, (uint32_t) raw(gettid));
    word_set(&step, 1);
    word_wait(&step, 2);
    runs_on("moved from outside", cpus[n - 1]);
    return NULL;
}

int main(void)
{
    unsigned long none[16] = {0};
    long size = raw(sched_getaffinity, 0, sizeof(all), all);
    MUST(size > 0);
    for (int i = 0; i < 1024; i++)
        if (all[i / 64] >> i % 64 & 1)
            cpus[n++] = i;
    pthread_t th = thread_start(thread, NULL);
    word_wait(&step, 1);
    pid_t other = (pid_t) atomic_load(&tid);
    printf("the other: %d, the first has all: %d\n", count(other), count(0) == n);
    show("move it", only(other, cpus[n - 1]));
    word_set(&step, 2);
    thread_join(th);
    show("none", raw(sched_setaffinity, 0, sizeof(none), none));
    show("none at all", raw(sched_setaffinity, 0, 0, none));
    show("from nowhere", raw(sched_setaffinity, 0, 8, BAD_PTR));
    show("nobody", raw(sched_setaffinity, 0x3fffffff, 8, all));
    show("no whole words", raw(sched_getaffinity, 0, 7, none));
    show("not enough", raw(sched_getaffinity, 0, 0, none));
    show("to nowhere", raw(sched_getaffinity, 0, size, BAD_PTR));
    show("negative", raw(sched_getaffinity, -1, size, none));
    show("getcpu to nowhere", raw(getcpu, BAD_PTR, NULL, NULL));
    show("getcpu asks nothing", raw(getcpu, NULL, NULL, NULL));
    CHECK(only(0, cpus[0]) == 0);
    show_status("child has the same", IN_CHILD(_exit(count(0))));
    if (fork() == 0)
        execl("/bin/sh", "sh", "-c", "grep -c 'Cpus_allowed_list:.*[,-]' /proc/self/status", (char *) NULL);
    show_wait("over exec", -1);
    return t_end();
}
