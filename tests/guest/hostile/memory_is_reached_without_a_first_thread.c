/* covers: openat pread64 readlinkat process_vm_readv ptrace */
/* A process goes on without its first thread, and is told of by another one's files and number: as a guest. */
#include "t.h"
#include <fcntl.h>
#include <pthread.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

static const uint64_t outside[] = {0x7e9000000000, 0x7e8000000000};
static char mark[] = "what the other one has";
static int ready[2];

static void *other(void *arg)
{
    pid_t tid = (pid_t) raw(gettid);
    char path[64], state;
    do { /* the first thread is gone when this one tells */
        snprintf(path, sizeof path, "/proc/self/task/%d/stat", getpid());
        FILE *f = fopen(path, "r");
        state = 0;
        MUST(f && fscanf(f, "%*d %*s %c", &state) == 1);
        fclose(f);
    } while (state != 'Z');
    MUST(write(ready[1], &tid, sizeof tid) == sizeof tid);
    for (;;)
        pause();
    return arg;
}

static void show_file(pid_t p, pid_t tid, const char *name)
{
    char path[64], buf[256] = "";
    snprintf(path, sizeof path, "/proc/%d/task/%d/%s", p, tid, name);
    int fd = open(path, O_RDONLY);
    ssize_t n = fd < 0 ? -1 : read(fd, buf, sizeof buf - 1);
    printf("%s: %s, %s\n", name, fd < 0 ? strerror(errno) : "open", n > 0 ? "text" : "nothing");
    CHECK(strstr(buf, "elfuse") == NULL);
    close(fd);
}

int main(void)
{
    MUST(pipe(ready) == 0);
    pid_t p = fork(), tid;
    MUST(p >= 0);
    if (p == 0) {
        pthread_t th;
        MUST(pthread_create(&th, NULL, other, NULL) == 0);
        raw(exit, 0);
    }
    MUST(read(ready[0], &tid, sizeof tid) == sizeof tid);
    char path[64], buf[64], own[64];
    snprintf(path, sizeof path, "/proc/%d/task/%d/mem", p, tid);
    int fd = open(path, O_RDWR);
    MUST(fd >= 0);
    CHECK(pread(fd, buf, sizeof mark, (off_t) (uintptr_t) mark) == sizeof mark && strcmp(buf, mark) == 0);
    for (int i = 0; i < 2; i++)
        CHECK(pread(fd, buf, 1, (off_t) outside[i]) < 0);
    snprintf(path, sizeof path, "/proc/%d/mem", p);
    show("by the first thread's file", open(path, O_RDWR));
    struct iovec local = {buf, sizeof mark}, remote = {mark, sizeof mark};
    memset(buf, 0, sizeof buf);
    show("by the other's number", process_vm_readv(tid, &local, 1, &remote, 1, 0));
    CHECK(strcmp(buf, mark) == 0);
    show("by the first one's", process_vm_readv(p, &local, 1, &remote, 1, 0));
    for (int i = 0; i < 2; i++) {
        remote = (struct iovec){(void *) outside[i], 1};
        CHECK(process_vm_readv(tid, &local, 1, &remote, 1, 0) < 0);
    }
    snprintf(path, sizeof path, "/proc/%d/task/%d/exe", p, tid);
    ssize_t n = readlink(path, buf, sizeof buf), m = readlink("/proc/self/exe", own, sizeof own);
    CHECK(n > 0 && n == m && memcmp(buf, own, (size_t) n) == 0);
    static const char *const files[] = {"maps", "smaps", "cmdline", "environ", "auxv", "stat", "status", "statm"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        show_file(p, tid, files[i]);
    MUST(ptrace(PTRACE_SEIZE, tid, NULL, NULL) == 0);
    MUST(ptrace(PTRACE_INTERRUPT, tid, NULL, NULL) == 0);
    MUST(waitpid(tid, NULL, __WALL) == tid);
    errno = 0;
    long word = ptrace(PTRACE_PEEKDATA, tid, mark, NULL);
    show("a word", errno ? -1 : 0);
    CHECK(memcmp(&word, mark, sizeof word) == 0);
    MUST(kill(p, SIGKILL) == 0);
    while (waitpid(-1, NULL, __WALL) != p)
        ;
    return t_end();
}
