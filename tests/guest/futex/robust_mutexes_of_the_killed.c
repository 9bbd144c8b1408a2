/* covers: futex set_robust_list kill mremap mprotect */
/* translated: no (the translator knows no robust lists: it does not end) */
#include "waiters.h"

/* Who holds a robust mutex is killed by a signal that no handler sees: whoever comes next is told, waiting or not, wherever the memory lies and
 * whatever has become of the mapping. */
struct shared {
    pthread_mutex_t m[3];
    _Atomic uint32_t step;
};

static struct waiter w;
static struct shared *waited_for;

static struct shared *new_mutexes(void *at)
{
    struct shared *s = at;
    pthread_mutexattr_t ma;
    memset(s, 0, sizeof *s);
    pthread_mutexattr_init(&ma);
    pthread_mutexattr_setrobust(&ma, PTHREAD_MUTEX_ROBUST);
    pthread_mutexattr_setpshared(&ma, PTHREAD_PROCESS_SHARED);
    for (size_t i = 0; i < ARRAY_SIZE(s->m); i++)
        MUST(pthread_mutex_init(&s->m[i], &ma) == 0);
    return s;
}

static void *map(int fd, size_t size)
{
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | (fd < 0 ? MAP_ANONYMOUS : 0), fd, 0);
    MUST(p != MAP_FAILED);
    return p;
}

/* Take all of them, tell, and wait for death. */
static void hold(struct shared *s)
{
    for (size_t i = 0; i < ARRAY_SIZE(s->m); i++)
        MUST(pthread_mutex_lock(&s->m[i]) == 0);
    word_set(&s->step, 1);
    for (;;)
        pause();
}

static pid_t holder(struct shared *s)
{
    pid_t pid = fork();
    MUST(pid >= 0);
    if (pid == 0)
        hold(s);
    word_wait(&s->step, 1);
    return pid;
}

static void killed_by(pid_t pid, int sig)
{
    int status;
    MUST(kill(pid, sig) == 0 && waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) && WTERMSIG(status) == sig);
}

static void show_all(const char *what, struct shared *s)
{
    printf("%s: %s", what, errname(pthread_mutex_trylock(&s->m[0])));
    printf(" %s", errname(pthread_mutex_lock(&s->m[1])));
    printf(" %s\n", errname(pthread_mutex_lock(&s->m[2])));
    /* Nothing of it stays in our own list: the memory will move. */
    for (size_t i = 0; i < ARRAY_SIZE(s->m); i++) {
        pthread_mutex_consistent(&s->m[i]);
        pthread_mutex_unlock(&s->m[i]);
    }
}

static void *waits(void *arg)
{
    struct shared *s = waited_for;
    waiter_begin(arg);
    printf("waiter: %s\n", errname(pthread_mutex_lock(&s->m[1])));
    printf("made consistent: %s\n", errname(pthread_mutex_consistent(&s->m[1])));
    printf("unlocked: %s\n", errname(pthread_mutex_unlock(&s->m[1])));
    return NULL;
}

int main(void)
{
    struct shared *s = new_mutexes(map(-1, T_PAGE));
    killed_by(holder(s), SIGKILL);
    show_all("anonymous", s);

    killed_by(holder(new_mutexes(s)), SIGTERM);
    show_all("terminated", s);

    int fd = memfd_create("locks", 0);
    MUST(fd >= 0 && ftruncate(fd, 5 << 20) == 0);
    char *large = map(fd, 5 << 20);
    s = new_mutexes(large + (2 << 20) - sizeof *s / 2 / 64 * 64);
    killed_by(holder(s), SIGKILL);
    show_all("across 2 MiB of a file", s);

    /* Mapped to be read first. */
    char *later = mmap(NULL, T_PAGE, PROT_READ, MAP_SHARED, fd, 0);
    MUST(later != MAP_FAILED && mprotect(later, T_PAGE, PROT_READ | PROT_WRITE) == 0);
    killed_by(holder(s = new_mutexes(later)), SIGKILL);
    show_all("made writable", s);

    char *moved = mremap(later, T_PAGE, 3 * T_PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, map(-1, 8 * T_PAGE));
    MUST(moved != MAP_FAILED);
    killed_by(holder(s = new_mutexes(moved + 2 * T_PAGE)), SIGKILL);
    show_all("moved and grown", s);

    char *twice = mremap(moved, 0, T_PAGE, MREMAP_MAYMOVE);
    MUST(twice != MAP_FAILED);
    killed_by(holder(s = new_mutexes(twice)), SIGKILL);
    show_all("duplicated", s);

    /* A child of a child, where the mapping was replaced in the first. */
    pid_t pid = fork();
    if (pid == 0) {
        MUST(mmap(twice, T_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 4 << 20) == twice);
        killed_by(holder(s = new_mutexes(twice)), SIGKILL);
        show_all("grandchild", s);
        fflush(stdout);
        _exit(0);
    }
    MUST(waitpid(pid, NULL, 0) == pid);

    /* A child that shares memory has come and gone in the holder. */
    s = new_mutexes(map(-1, T_PAGE));
    pid = fork();
    if (pid == 0) {
        pid_t c = vfork();
        if (c == 0)
            _exit(7);
        MUST(waitpid(c, NULL, 0) == c);
        hold(s);
    }
    word_wait(&s->step, 1);
    killed_by(pid, SIGKILL);
    show_all("after a vfork", s);

    pid = holder(new_mutexes(s));
    waited_for = s;
    w.priority = 1;
    waiters_start(&w, 1, waits);
    killed_by(pid, SIGKILL);
    thread_join(w.thread);
    show_all("after that", s);
    return t_end();
}
