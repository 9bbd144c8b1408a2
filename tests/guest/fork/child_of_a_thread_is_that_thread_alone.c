/* covers: fork gettid rt_sigprocmask sigaltstack */
#include <dirent.h>

#include "child.h"
#include "threads.h"

/* One thread of many forks: the child is that thread, with its stack, its data, its mask and its alternate stack, and can
 * start threads of its own. */
enum { OTHERS = 8 };

static _Thread_local int mine;
static atomic_bool stop;

static void *other(void *arg)
{
    mine = -1;
    while (!atomic_load(&stop))
        sched_yield();
    return arg;
}

static int tasks(void)
{
    int n = 0;
    DIR *d = opendir("/proc/self/task");
    MUST(d);
    for (struct dirent *e; (e = readdir(d));)
        n += e->d_name[0] != '.';
    closedir(d);
    return n;
}

static void *counts(void *arg)
{
    mine = 3;
    return (char *) arg + mine;
}

static void *forks(void *arg)
{
    sigset_t set, old;
    stack_t ss = {.ss_sp = malloc(1 << 16), .ss_size = 1 << 16}, now;
    int on_stack = 41;
    MUST(ss.ss_sp && sigaltstack(&ss, NULL) == 0);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    mine = 77;
    pid_t parent = getpid();
    volatile int *on = &on_stack;
    show_status("child", IN_CHILD({
                    CHECK(raw(gettid) == raw(getpid) && getpid() != parent && getppid() == parent);
                    CHECK(mine == 77 && *on == 41);
                    printf("tasks: %d\n", tasks());
                    pthread_sigmask(SIG_BLOCK, NULL, &old);
                    printf("USR1 %d USR2 %d\n", sigismember(&old, SIGUSR1), sigismember(&old, SIGUSR2));
                    MUST(sigaltstack(NULL, &now) == 0);
                    CHECK(now.ss_sp == ss.ss_sp && now.ss_size == ss.ss_size);
                    for (int i = 0; i < 3; i++)
                        CHECK(thread_join(thread_start(counts, (void *) 4)) == (void *) 7);
                    CHECK(mine == 77);
                    show_status("grandchild", IN_CHILD(_exit(tasks())));
                    *on = 42;
                    _exit(*on);
                }));
    CHECK(on_stack == 41 && mine == 77);
    return arg;
}

static pthread_t first;

static void *outlives(void *arg)
{
    (void) arg;
    pthread_join(first, NULL);
    show_status("child of what is left", IN_CHILD(_exit(tasks())));
    exit(t_end());
}

int main(void)
{
    pthread_t th[OTHERS];
    for (int i = 0; i < OTHERS; i++)
        th[i] = thread_start(other, NULL);
    thread_join(thread_start(forks, NULL));
    atomic_store(&stop, true);
    for (int i = 0; i < OTHERS; i++)
        thread_join(th[i]);
    /* the first thread has ended, the process has not */
    first = pthread_self();
    thread_start(outlives, NULL);
    pthread_exit(NULL);
}
