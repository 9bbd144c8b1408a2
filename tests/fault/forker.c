/* What tests/fault/run has forked, step by step: it reads a letter, does that, and answers with a line.
 *
 *   forker [MIB] [open] [drop]      MIB of touched private memory (4); open: a second thread opens and closes files all the time;
 *                                   drop: there is memory that no child has, so that a child has something to do which may fail
 *
 *   f        fork. The child looks at its memory and exits: "ok MS"; or "EAGAIN MS", "ENOMEM MS" after the time until fork returned
 *   s N      N forks, one after the other: "sum OK FAILED OTHER SLOWEST_MS"; OTHER: ended otherwise than with its own status
 *   g N      N generations, in each of which four threads fork at the same time, ten times in all, and one child goes on: "pid N" of the last one
 *            before it waits for another letter
 *   q        "stolen N" files of the second thread, and out
 *
 * Whatever is wrong besides is said in a line that begins with FAIL. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PAGE = 4096, OWN_STATUS = 7, THREADS = 4 };

static unsigned char *memory;
static size_t size;
static atomic_bool stop;
static atomic_int stolen;

#define FAIL(...) (printf("FAIL " __VA_ARGS__), printf("\n"))

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double) t.tv_sec * 1e3 + (double) t.tv_nsec / 1e6;
}

static void fill(unsigned char with)
{
    for (size_t i = 0; i < size; i += PAGE)
        memory[i] = (unsigned char) (with + i / PAGE);
}

static int wrong(unsigned char with)
{
    int n = 0;
    for (size_t i = 0; i < size; i += PAGE)
        n += memory[i] != (unsigned char) (with + i / PAGE);
    return n;
}

static int open_fds(void)
{
    int n = 0;
    for (int fd = 0; fd < 256; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

/* Each file that it opens is the one that it finds behind the number until it closes it. */
static void *opens(void *arg)
{
    char name[32];
    for (unsigned i = 0; !atomic_load(&stop); i++) {
        struct stat a, b;
        snprintf(name, sizeof(name), "open.%u", i % 8);
        int fd = open(name, O_RDWR | O_CREAT, 0600);
        if (fd < 0 || stat(name, &a) != 0)
            continue;
        for (int k = 0; k < 3; k++)
            if (fstat(fd, &b) != 0 || a.st_ino != b.st_ino || write(fd, name, 8) != 8)
                atomic_fetch_add(&stolen, 1);
        if (close(fd) != 0)
            atomic_fetch_add(&stolen, 1);
    }
    return arg;
}

/* The child's end: 0, its own status, or 1, another. */
static int wait_for(pid_t pid)
{
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return 1;
    return !WIFEXITED(status) || WEXITSTATUS(status) != OWN_STATUS;
}

/* The pid, or -1 and what must be so then. */
static pid_t fork_once(unsigned char with, double *ms)
{
    double start = now_ms();
    pid_t pid = fork();
    int e = errno;
    if (pid == 0)
        _exit(wrong(with) ? 1 : OWN_STATUS);
    *ms = now_ms() - start;
    if (pid > 0)
        return pid;
    sigset_t set;
    if (e != EAGAIN && e != ENOMEM)
        FAIL("fork: errno %d", e);
    if (waitpid(-1, NULL, WNOHANG) != -1 || errno != ECHILD)
        FAIL("a child is left");
    sigpending(&set);
    if (sigismember(&set, SIGCHLD))
        FAIL("SIGCHLD of a child that never was");
    errno = e;
    return -1;
}

static void fork_and_tell(void)
{
    static unsigned char with;
    double ms;
    int before = open_fds();
    fill(++with);
    pid_t pid = fork_once(with, &ms);
    int e = errno;
    /* memory goes on as it was, and is the parent's own */
    if (wrong(with))
        FAIL("the parent's memory");
    fill(++with);
    int other = pid > 0 ? wait_for(pid) : 0;
    if (!atomic_load(&stolen) && open_fds() > before + 1) /* one for the other thread */
        FAIL("%d descriptors, were %d", open_fds(), before);
    sigset_t set;
    sigpending(&set);
    siginfo_t si;
    if (sigismember(&set, SIGCHLD)) {
        sigemptyset(&set);
        sigaddset(&set, SIGCHLD);
        sigwaitinfo(&set, &si);
    }
    printf("%s %.3f\n", pid > 0 ? other ? "other" : "ok" : e == ENOMEM ? "ENOMEM" : "EAGAIN", ms);
}

static void storm(int n)
{
    int good = 0, failed = 0, other = 0;
    double slowest = 0, ms;
    signal(SIGCHLD, SIG_DFL);
    fill(1);
    for (int i = 0; i < n; i++) {
        pid_t pid = fork_once(1, &ms);
        if (pid < 0)
            failed++;
        else if (wait_for(pid))
            other++;
        else
            good++;
        sigset_t chld;
        sigemptyset(&chld);
        sigaddset(&chld, SIGCHLD);
        sigtimedwait(&chld, NULL, &(struct timespec){0});
        slowest = ms > slowest ? ms : slowest;
    }
    printf("sum %d %d %d %.3f\n", good, failed, other, slowest);
}

/* One letter at a time, unbuffered: who goes on reading may be a child. */
static int get(void)
{
    unsigned char c;
    return read(0, &c, 1) == 1 ? c : -1;
}

static int number(void)
{
    int n = 0, c;
    while ((c = get()) == ' ')
        ;
    for (; c >= '0' && c <= '9'; c = get())
        n = n * 10 + c - '0';
    return n;
}

static atomic_int forking;

static void *forks(void *arg)
{
    for (int i = 0; i < 3; i++) {
        atomic_fetch_add(&forking, 1);
        pid_t pid = fork();
        if (pid == 0)
            _exit(OWN_STATUS);
        if (pid < 0)
            FAIL("fork: errno %d", errno);
        else if (wait_for(pid))
            FAIL("a child's status");
    }
    return arg;
}

/* Three threads fork three times each, the main thread once. The child of the main thread makes the next generation, its parent waits for it and ends. */
static void generations(int n)
{
    for (int i = 0; i < n; i++) {
        pthread_t th[THREADS - 1];
        atomic_store(&forking, 0);
        for (int k = 0; k < THREADS - 1; k++)
            if (pthread_create(&th[k], NULL, forks, NULL) != 0)
                exit(98);
        /* in the middle of theirs, another moment each time */
        while (atomic_load(&forking) < 1 + i % 4)
            ;
        for (volatile int k = i * 7919 % 30000; k > 0; k--)
            ;
        pid_t pid = fork();
        if (pid == 0)
            continue;
        for (int k = 0; k < THREADS - 1; k++)
            pthread_join(th[k], NULL);
        if (pid < 0)
            FAIL("fork: errno %d", errno);
        else if (wait_for(pid))
            FAIL("the child that goes on");
        _exit(OWN_STATUS);
    }
    printf("pid %d\n", (int) getpid());
    get();
    _exit(OWN_STATUS);
}

static void commands(void)
{
    for (int c; (c = get()) >= 0 && c != 'q';)
        if (c == 'f')
            fork_and_tell();
        else if (c == 's')
            storm(number());
        else if (c == 'g')
            generations(number());
}

static void drop(void)
{
    void *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED || madvise(p, PAGE, MADV_DONTFORK) != 0)
        exit(98);
}

int main(int argc, char **argv)
{
    pthread_t th;
    sigset_t chld;
    bool opener = false;
    size_t mib = 4;
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "open") == 0)
            opener = true;
        else if (strcmp(argv[i], "drop") == 0)
            drop();
        else
            mib = strtoul(argv[i], NULL, 10);
    setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
    sigemptyset(&chld);
    sigaddset(&chld, SIGCHLD);
    sigprocmask(SIG_BLOCK, &chld, NULL);
    size = mib << 20;
    memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return 98;
    fill(0);
    if (opener && pthread_create(&th, NULL, opens, NULL) != 0)
        return 98;
    printf("ready\n");
    commands();
    atomic_store(&stop, true);
    if (opener)
        pthread_join(th, NULL);
    printf("stolen %d\n", atomic_load(&stolen));
    return 0;
}
