/* covers: process_vm_readv */
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/uio.h>

#include "child.h"

enum { MIB = 1 << 20, SIZE = 192 * MIB, MUCH = 160 * MIB };

static char mine[MUCH];

static void get(const char *what, pid_t pid, const struct iovec *to, int n, const struct iovec *from, int m)
{
    memset(mine, 9, sizeof mine);
    const long r = process_vm_readv(pid, to, n, from, m, 0);
    uint64_t sum = 0, word;
    long nines = 0;
    for (size_t i = 0; i < sizeof mine; i += sizeof word) {
        memcpy(&word, mine + i, sizeof word);
        sum = sum * 31 + word;
        nines += word == 0x0909090909090909;
    }
    show(what, r);
    printf("  sum %" PRIx64 ", %ld words untouched here\n", sum, nines);
}

static void *ask(void *arg)
{
    const int *up = arg;
    char byte = 9, *at;
    pid_t pid;
    MUST(read(up[0], &pid, sizeof pid) == sizeof pid);
    MUST(read(up[0], &at, sizeof at) == sizeof at);
    const struct iovec to = {&byte, 1}, from = {at + 85 * MIB, 1};
    _exit(process_vm_readv(pid, &to, 1, &from, 1, 0) == 1 ? byte : 7);
}

/* What a process has never touched is zeros to the others, too, however it lies among what it has. */
int main(void)
{
    int up[2];
    MUST(pipe(up) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
        char *at = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        for (int i = 1; i < 4; i++)
            at[i * 40 * MIB + 4000] = (char) i;
        MUST(mprotect(at + 150 * MIB, T_PAGE, PROT_NONE) == 0);
        MUST(write(up[1], &at, sizeof at) == sizeof at);
        pause();
        _exit(1);
    }
    char *at;
    MUST(read(up[0], &at, sizeof at) == sizeof at);

    const struct iovec all = {mine, sizeof mine},
                       odd[] = {{mine + 3, 70 * MIB}, {mine + 75 * MIB, 5}, {mine + 80 * MIB, 80 * MIB}};
    get("a piece that nobody touched", pid, &all, 1, &(struct iovec){at + 85 * MIB + 77, 3 * MIB}, 1);
    get("more than one call of the host's takes", pid, &all, 1, &(struct iovec){at, 149 * MIB}, 1);
    get("pieces", pid, odd, 3,
        (struct iovec[]){{at + 39 * MIB, 2 * MIB},
                         {at, 0},
                         {at + 191 * MIB + 5, 7},
                         {at + 79 * MIB, 60 * MIB},
                         {at + 155 * MIB, 35 * MIB}},
        5);
    get("up to what it may not read", pid, &all, 1, &(struct iovec){at + 150 * MIB - 100, 300}, 1);
    get("what it may not read", pid, &all, 1, &(struct iovec){at + 150 * MIB, 300}, 1);
    get("up to its end", pid, &all, 1, &(struct iovec){at + SIZE - 100, T_PAGE}, 1);
    get("to where nothing is", pid, (struct iovec[]){{mine, 1000}, {(void *) BAD_PTR, 1000}}, 2,
        &(struct iovec){at + 90 * MIB, 3000}, 1);
    get("a length that is none", pid, &all, 1, (struct iovec[]){{at, 100}, {at, (size_t) -5}}, 2);
    get("nothing", pid, &all, 1, &(struct iovec){at, 0}, 1);
    /* Asked by a thread whose process has lost its first one. */
    pid_t half = fork();
    if (half == 0) {
        pthread_t thread;
        MUST(pthread_create(&thread, NULL, ask, up) == 0);
        pthread_exit(NULL);
    }
    struct {
        pid_t pid;
        char *at;
    } __attribute__((packed)) tell = {pid, at};
    MUST(write(up[1], &tell, sizeof tell) == sizeof tell);
    show("by another thread than the first", reap(half));
    kill(pid, SIGKILL);
    reap(pid);
    return t_end();
}
