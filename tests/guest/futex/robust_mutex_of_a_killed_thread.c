/* covers: futex set_robust_list kill clone */
/* asan: no (it lies at addresses that are known: docs/limits.md) */
/* translated: no (the translator knows no robust lists) */
#include "child.h"
#include "threads.h"

/* Of a process with several threads that is killed, whatever they do: those that are leader, those that are not, one or all of them hold one. */
#define THREADS 6

struct shared {
    pthread_mutex_t m[THREADS];
    _Atomic uint32_t held, busy, word, go;
};

static struct shared *s;
static int lasting[2];

static struct shared *new_mutexes(void *at)
{
    pthread_mutexattr_t ma;
    s = at;
    memset(s, 0, sizeof *s);
    pthread_mutexattr_init(&ma);
    pthread_mutexattr_setrobust(&ma, PTHREAD_MUTEX_ROBUST);
    pthread_mutexattr_setpshared(&ma, PTHREAD_PROCESS_SHARED);
    for (size_t i = 0; i < ARRAY_SIZE(s->m); i++)
        MUST(pthread_mutex_init(&s->m[i], &ma) == 0);
    return s;
}

static void count(_Atomic uint32_t *word)
{
    word_set(word, atomic_fetch_add(word, 1) + 1);
}

static void until(_Atomic uint32_t *word, uint32_t value)
{
    uint32_t now;
    while ((now = atomic_load(word)) < value)
        futex((void *) word, FUTEX_WAIT, now, NULL, NULL, 0);
}

static void *holds(void *arg)
{
    MUST(pthread_mutex_lock(arg) == 0);
    count(&s->held);
    for (;;)
        pause();
}

static void *spins(void *arg)
{
    volatile int n = 0;
    count(&s->busy);
    for (;;)
        n++;
    return arg;
}

static void *reads(void *arg)
{
    char c;
    (void) arg;
    count(&s->busy);
    MUST(read(lasting[0], &c, 1) < 0);
    return NULL;
}

static void *sleeps(void *arg)
{
    count(&s->busy);
    for (;;)
        futex((void *) &s->go, FUTEX_WAIT, 0, NULL, NULL, 0);
    return arg;
}

static void *calls(void *arg)
{
    count(&s->busy);
    for (;;)
        raw(getppid);
    return arg;
}

static void killed(const char *what, pid_t pid)
{
    kill(pid, SIGKILL);
    reap(pid);
    printf("%s:", what);
    for (size_t i = 0; i < ARRAY_SIZE(s->m); i++) {
        int e = pthread_mutex_trylock(&s->m[i]);
        printf(" %s", errname(e));
        if (e == EOWNERDEAD)
            pthread_mutex_consistent(&s->m[i]);
        pthread_mutex_unlock(&s->m[i]);
    }
    puts("");
}

static void of_a_thread(const char *what, int others)
{
    pid_t pid = fork();
    MUST(pid >= 0);
    if (pid == 0) {
        for (int i = 0; i < others; i++)
            thread_start(holds, &s->m[i + 1]);
        for (;;)
            pause();
    }
    until(&s->held, (uint32_t) others);
    killed(what, pid);
}

static void of_the_leader(const char *what)
{
    pid_t pid = fork();
    MUST(pid >= 0);
    if (pid == 0) {
        thread_start(spins, NULL);
        thread_start(reads, NULL);
        thread_start(sleeps, NULL);
        thread_start(calls, NULL);
        until(&s->busy, 4);
        holds(&s->m[0]);
    }
    until(&s->held, 1);
    killed(what, pid);
}

/* A thread that has come and gone, and one that holds when the leader has ended. */
static void *returns(void *arg)
{
    return arg;
}

static void after_others(const char *what)
{
    pid_t pid = fork();
    MUST(pid >= 0);
    if (pid == 0) {
        thread_join(thread_start(returns, NULL));
        thread_start(holds, &s->m[1]);
        until(&s->held, 1);
        MUST(pthread_mutex_lock(&s->m[2]) == 0);
        thread_join(thread_start(returns, NULL));
        count(&s->held);
        for (;;)
            pause();
    }
    until(&s->held, 2);
    killed(what, pid);
}

/* Another thread of it has a child of vfork come and go: what is held before and after is told. */
static void *vforks(void *arg)
{
    pid_t pid = vfork();
    (void) arg;
    if (pid == 0)
        _exit(3);
    MUST(reap(pid) == 3 << 8);
    count(&s->busy);
    return NULL;
}

static void around_a_vfork(const char *what)
{
    pid_t pid = fork();
    MUST(pid >= 0);
    if (pid == 0) {
        thread_start(holds, &s->m[1]);
        until(&s->held, 1);
        thread_start(vforks, NULL);
        until(&s->busy, 1);
        holds(&s->m[2]);
    }
    until(&s->held, 2);
    killed(what, pid);
}

/* A child that shares this memory, without the C library, which would take it for its parent. */
static struct node {
    uint64_t next;
    _Atomic uint32_t word;
} * node;

static struct head {
    uint64_t next;
    int64_t offset;
    uint64_t pending;
} head;

static int raw_holds(void *arg)
{
    (void) arg;
    head = (struct head){(uintptr_t) node, offsetof(struct node, word), 0};
    node->next = (uintptr_t) &head;
    raw(set_robust_list, &head, sizeof head);
    atomic_store(&node->word, (uint32_t) raw(gettid));
    word_set(&s->held, 1);
    for (;;)
        raw(pause);
    return 0;
}

static void with_the_same_memory(void)
{
    static char stack[65536] __attribute__((aligned(16)));
    uint32_t v;
    node = (struct node *) (new_mutexes(s) + 1);
    pid_t pid = clone(raw_holds, stack + sizeof stack, CLONE_VM | SIGCHLD, NULL);
    MUST(pid > 0);
    until(&s->held, 1);
    kill(pid, SIGKILL);
    /* Sleep for it as who wants it does. */
    while (((v = atomic_load(&node->word)) & FUTEX_TID_MASK) != 0)
        if ((v & FUTEX_WAITERS) || atomic_compare_exchange_strong(&node->word, &v, v | FUTEX_WAITERS))
            futex((void *) &node->word, FUTEX_WAIT, v | FUTEX_WAITERS, NULL, NULL, 0);
    printf("a child with the same memory: %s\n", v & FUTEX_OWNER_DIED ? "owner died" : "free");
    reap(pid);
}

int main(void)
{
    MUST(pipe(lasting) == 0);
    int fd = memfd_create("locks", 0);
    MUST(fd >= 0 && ftruncate(fd, T_PAGE) == 0);
    void *anonymous = shared_mem(T_PAGE), *file = mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    MUST(file != MAP_FAILED);
    for (int i = 0; i < 2; i++) {
        void *at = i ? file : anonymous;
        const char *where = i ? "file" : "anonymous";
        printf("%s\n", where);
        new_mutexes(at);
        of_a_thread("a thread", 1);
        new_mutexes(at);
        of_a_thread("threads", THREADS - 1);
        new_mutexes(at);
        of_the_leader("the leader");
        new_mutexes(at);
        after_others("after others");
        new_mutexes(at);
        around_a_vfork("around a vfork");
    }
    with_the_same_memory();
    return t_end();
}
