/* covers: futex set_robust_list exit_group execve kill */
/* translated: no (the translator knows no robust lists: it does not end) */
/* What a thread holds as its process ends or executes is another's only when the thread has stopped. */
#include <sys/resource.h>

#include "child.h"
#include "threads.h"

enum { WAYS = 4, TIMES = 12 };
static const char *const names[WAYS] = {"exit_group", "abort", "kill", "execve"};

static struct shared {
    pthread_mutex_t m;
    _Atomic uint32_t held;
    _Atomic uint64_t counter;
} * s;

static void *counts(void *arg)
{
    MUST(pthread_mutex_lock(&s->m) == 0);
    word_set(&s->held, 1);
    for (;;)
        atomic_fetch_add(&s->counter, 1);
    return arg;
}

static _Noreturn void ends(int way)
{
    char *const again[] = {(char *) "self", (char *) "again", NULL};
    thread_start(counts, NULL);
    word_wait(&s->held, 1);
    until_moved(&s->counter, 1000);
    switch (way) {
    case 0:
        raw(exit_group, 0);
        break;
    case 1:
        abort();
    case 2:
        raw(kill, getpid(), SIGKILL);
        break;
    default:
        execv("/proc/self/exe", again);
    }
    _exit(9);
}

int main(int argc, char **argv)
{
    struct rlimit none = {0, 0};
    pthread_mutexattr_t ma;
    (void) argv;
    if (argc > 1)
        return 0;
    setrlimit(RLIMIT_CORE, &none);
    s = shared_mem(T_PAGE);
    pthread_mutexattr_init(&ma);
    pthread_mutexattr_setrobust(&ma, PTHREAD_MUTEX_ROBUST);
    pthread_mutexattr_setpshared(&ma, PTHREAD_PROCESS_SHARED);
    for (int way = 0; way < WAYS; way++) {
        int late = 0;
        for (int i = 0; i < TIMES; i++) {
            memset(s, 0, sizeof *s);
            MUST(pthread_mutex_init(&s->m, &ma) == 0);
            pid_t pid = fork();
            MUST(pid >= 0);
            if (pid == 0)
                ends(way);
            word_wait(&s->held, 1);
            CHECK(pthread_mutex_lock(&s->m) == EOWNERDEAD);
            uint64_t now = atomic_load(&s->counter);
            int status = reap(pid);
            late += atomic_load(&s->counter) != now;
            if (i == 0)
                show_status(names[way], status);
            MUST(pthread_mutex_consistent(&s->m) == 0 && pthread_mutex_unlock(&s->m) == 0);
        }
        printf("%s: %d went on\n", names[way], late);
    }
    return t_end();
}
