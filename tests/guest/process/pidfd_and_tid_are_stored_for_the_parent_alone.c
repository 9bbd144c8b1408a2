/* covers: clone3 clone */
/* ways: cow copy (memory in a file would be shared by the copy that the host makes: docs/limits.md) */
/* The words of CLONE_PIDFD and CLONE_PARENT_SETTID are stored before the child runs, but in the parent's memory: the child sees them in memory that it
 * shares. Where no child could be made, nothing is stored. */
#include <linux/sched.h>
#include <sys/resource.h>

#include "child.h"

static struct words {
    int pidfd, tid;
} own, *shared;

static long try_it(const char *what, uint64_t flags, struct words *w)
{
    *w = (struct words){-7, -8};
    int next = dup(1);
    close(next);
    struct clone_args a = {.flags = CLONE_PIDFD | CLONE_PARENT_SETTID | flags,
                           .pidfd = (uintptr_t) &w->pidfd,
                           .parent_tid = (uintptr_t) &w->tid,
                           .exit_signal = SIGCHLD};
    long pid = raw(clone3, &a, sizeof a);
    if (pid == 0) {
        int sees = w->pidfd == next && w->tid == (int) raw(getpid) ? 1 : w->pidfd == -7 && w->tid == -8 ? 0 : 2;
        raw(exit_group, 10 * sees + (fcntl(next, F_GETFD) >= 0));
    }
    if (pid < 0) {
        printf("%s: %s, words %d %d\n", what, errname(errno), w->pidfd, w->tid);
        return pid;
    }
    CHECK(w->pidfd == next && w->tid == pid);
    CHECK(fcntl(next, F_GETFD) == FD_CLOEXEC);
    siginfo_t si = {0};
    CHECK(waitid(P_PIDFD, (id_t) w->pidfd, &si, WEXITED | WNOWAIT) == 0 && si.si_pid == pid);
    show_wait(what, (pid_t) pid);
    close(w->pidfd);
    return pid;
}

static char stack[65536] __attribute__((aligned(16)));

struct seen {
    struct words *w;
    int next;
};

static int looks(void *arg)
{
    struct seen *s = arg;
    raw(exit_group, 10 * (s->w->pidfd == s->next) + (fcntl(s->next, F_GETFD) >= 0));
    return 0;
}

static long same_memory(const char *what, int flags, struct words *w)
{
    struct seen s = {w, dup(1)};
    close(s.next);
    w->pidfd = -7;
    int pid = clone(looks, stack + sizeof stack, CLONE_VM | CLONE_PIDFD | flags | SIGCHLD, &s, &w->pidfd);
    if (pid < 0) {
        printf("%s: %s, word %d\n", what, errname(errno), w->pidfd);
        return pid;
    }
    CHECK(w->pidfd == s.next && fcntl(s.next, F_GETFD) == FD_CLOEXEC);
    siginfo_t si = {0};
    CHECK(waitid(P_PIDFD, (id_t) w->pidfd, &si, WEXITED | WNOWAIT) == 0 && si.si_pid == pid);
    show_wait(what, (pid_t) pid);
    close(w->pidfd);
    return pid;
}

static void all(struct words *w)
{
    try_it("  fork", 0, w);
    try_it("  vfork with memory of its own", CLONE_VFORK, w);
    try_it("  one table", CLONE_FILES, w);
    same_memory("  vfork", CLONE_VFORK, w);
    same_memory("  vfork, one table", CLONE_VFORK | CLONE_FILES, w);
    same_memory("  beside", 0, w);
}

static void by_clone(void)
{
    own.pidfd = -7;
    long pid = raw(clone, CLONE_PIDFD | SIGCHLD, 0, &own.pidfd, 0, 0);
    if (pid == 0)
        raw(exit_group, own.pidfd == -7);
    CHECK(own.pidfd >= 0);
    show_wait("clone", (pid_t) pid);
    close(own.pidfd);
}

/* Over the border of two pages, and of two huge ones. */
static void anywhere(void)
{
    char *p = mmap(NULL, 8 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(p != MAP_FAILED);
    uintptr_t border = ((uintptr_t) p + (4 << 20)) & -(2ul << 20);
    struct words *w = (struct words *) (border - 2);
    show("over a border", try_it("  fork", 0, w) > 0);
    show("over a border", same_memory("  vfork", CLONE_VFORK, w) > 0);
    show("over a border", try_it("  one table", CLONE_FILES, w) > 0);
}

static void nowhere(uint64_t flags)
{
    struct clone_args a = {.flags = CLONE_PIDFD | flags, .exit_signal = SIGCHLD};
    const uintptr_t bad[] = {0, (uintptr_t) BAD_PTR, (uintptr_t) BAD_KERNEL,
                             (uintptr_t) mmap(NULL, T_PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)};
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        int next = dup(1), after;
        close(next);
        a.pidfd = bad[i];
        long r = raw(clone3, &a, sizeof a);
        if (r == 0)
            raw(exit_group, 77);
        show("bad address", r);
        after = dup(1);
        CHECK(after == next);
        close(after);
    }
    show("a child", waitpid(-1, NULL, 0));
}

int main(void)
{
    const struct rlimit one = {1, 1};
    shared = shared_mem(sizeof *shared);
    puts("memory of its own");
    all(&own);
    puts("shared memory");
    all(shared);
    by_clone();
    anywhere();
    nowhere(0);
    nowhere(CLONE_FILES);
    nowhere(CLONE_VM | CLONE_VFORK);
    if (geteuid() == 0)
        MUST(setresuid(54321, 54321, 54321) == 0);
    MUST(setrlimit(RLIMIT_NPROC, &one) == 0);
    puts("none may be made");
    all(&own);
    return t_end();
}
