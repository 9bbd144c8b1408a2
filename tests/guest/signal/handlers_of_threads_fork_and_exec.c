/* covers: fork vfork execve tgkill */
/* asan: no (a fork beside threads that allocate may leave the child the sanitizer's allocator locked) */
#include "child.h"
#include "threads.h"

/* In six threads at once handlers make children: by fork, by vfork and exec, by fork and exec; the children have one thread and the handler's mask. */
enum { THREADS = 6 };
static char self[] = "/proc/self/exe";
static __thread int what;
static __thread volatile int status;

static int masked(void)
{
    sigset_t now;
    sigprocmask(SIG_BLOCK, NULL, &now);
    return sigismember(&now, SIGUSR1) + 2 * sigismember(&now, SIGUSR2);
}

static void handler(int sig)
{
    pid_t pid;
    (void) sig;
    switch (what) {
    case 0:
        if ((pid = fork()) == 0)
            _exit(10 + masked());
        break;
    case 1:
        if ((pid = vfork()) == 0) {
            execl(self, self, "child", (char *) NULL);
            _exit(1);
        }
        break;
    default:
        if ((pid = fork()) == 0) {
            execl(self, self, "child", (char *) NULL);
            _exit(1);
        }
    }
    status = reap(pid);
}

static void *work(void *arg)
{
    what = (int) (intptr_t) arg % 3;
    raw(tgkill, getpid(), raw(gettid), SIGUSR1);
    return (void *) (intptr_t) (WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

int main(int argc, char **argv)
{
    struct sigaction sa = {.sa_handler = handler};
    pthread_t th[THREADS];
    (void) argv;
    if (argc > 1)
        _exit(20 + masked());
    sigaddset(&sa.sa_mask, SIGUSR2);
    MUST(sigaction(SIGUSR1, &sa, NULL) == 0);
    for (intptr_t i = 0; i < THREADS; i++)
        th[i] = thread_start(work, (void *) i);
    for (int i = 0; i < THREADS; i++)
        printf("thread %d: child exited with %ld\n", i, (long) thread_join(th[i]));
    return t_end();
}
