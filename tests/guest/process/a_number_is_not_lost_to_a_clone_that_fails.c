/* covers: clone3 dup2 */
/* svm: no (a pidfd of a thread is of Linux 6.9) */
/* ways: cow copy (memory in a file would be shared by the copy that the host makes: docs/limits.md) */
/* CLONE_PIDFD: what another thread puts at the lowest free number meanwhile is left alone. */
#include <linux/sched.h>
#include <sys/resource.h>

#include "threads.h"

static _Atomic bool stop;
static _Atomic int lost;
static int file, number;

static void *puts_and_looks(void *arg)
{
    struct stat is, here;
    MUST(fstat(file, &is) == 0);
    while (!stop) {
        if (dup2(file, number) < 0)
            continue; /* EBUSY: the kernel keeps it for somebody */
        for (int i = 0; i < 5; i++)
            if (fstat(number, &here) < 0 || here.st_ino != is.st_ino || here.st_dev != is.st_dev) {
                lost++;
                break;
            }
        close(number);
    }
    return arg;
}

static char stack[65536] __attribute__((aligned(16)));

static void some(const char *what, uint64_t flags)
{
    const int n = how_often(1500, 10000);
    int failed = 0;
    lost = 0;
    for (int i = 0; i < n; i++) {
        int fd = -7;
        struct clone_args a = {.flags = CLONE_PIDFD | flags, .pidfd = (uintptr_t) &fd};
        if (flags & CLONE_THREAD)
            a.stack = (uintptr_t) stack, a.stack_size = sizeof stack;
        else
            a.exit_signal = SIGCHLD;
        long pid = raw(clone3, &a, sizeof a);
        if (pid == 0)
            raw(exit_group, 1);
        failed += pid < 0 && errno == EAGAIN && fd == -7;
    }
    printf("%s: %s, lost %d\n", what, failed == n ? "all failed" : "some were made", lost);
}

int main(void)
{
    const struct rlimit one = {1, 1};
    file = open("/proc/self/exe", O_RDONLY);
    number = dup(file);
    close(number);
    if (geteuid() == 0)
        MUST(setresuid(54321, 54321, 54321) == 0);
    pthread_t t = thread_start(puts_and_looks, NULL);
    MUST(setrlimit(RLIMIT_NPROC, &one) == 0);
    some("fork", 0);
    some("one table", CLONE_FILES);
    some("vfork", CLONE_VM | CLONE_VFORK);
    some("thread", CLONE_VM | CLONE_SIGHAND | CLONE_THREAD | CLONE_FS | CLONE_FILES | CLONE_SYSVSEM);
    stop = true;
    thread_join(t);
    return t_end();
}
