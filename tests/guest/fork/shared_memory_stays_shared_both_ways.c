/* covers: fork mmap memfd_create shmget shmat */
#include <sys/shm.h>

#include "child.h"

static void both_ways(const char *name, volatile uint64_t *p, size_t words)
{
    struct gate a, b;
    size_t wrong = 0;
    gate_init(&a);
    gate_init(&b);
    for (size_t i = 0; i < words; i += 512)
        p[i] = i + 1;
    pid_t pid = fork();
    MUST(pid >= 0);
    if (pid == 0) {
        /* what was there before the fork */
        for (size_t i = 0; i < words; i += 1024)
            wrong += p[i] != i + 1;
        gate_open(&b);
        gate_wait(&a);
        for (size_t i = 0; i < words; i += 512)
            wrong += p[i] != i + 2;
        for (size_t i = 0; i < words; i += 512)
            p[i + 1] = i + 3;
        _exit(wrong != 0);
    }
    gate_wait(&b);
    for (size_t i = 0; i < words; i += 512)
        p[i] = i + 2;
    gate_open(&a);
    int status = reap(pid);
    for (size_t i = 0; i < words; i += 512)
        wrong += p[i + 1] != i + 3;
    printf("%s: %zu wrong, child %d\n", name, wrong, WEXITSTATUS(status));
}

static void *map(size_t size, int flags, int fd)
{
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, fd, 0);
    MUST(p != MAP_FAILED);
    return p;
}

int main(void)
{
    int fd, id;
    void *p;
    scratch();
    both_ways("anonymous page", map(T_PAGE, MAP_SHARED | MAP_ANONYMOUS, -1), 512);
    both_ways("anonymous 16 MiB", map(16 << 20, MAP_SHARED | MAP_ANONYMOUS, -1), 2 << 20);
    MUST((fd = open("f", O_RDWR | O_CREAT, 0600)) >= 0 && ftruncate(fd, 1 << 20) == 0);
    both_ways("file", map(1 << 20, MAP_SHARED, fd), 1 << 17);
    MUST((fd = memfd_create("m", 0)) >= 0 && ftruncate(fd, 1 << 20) == 0);
    both_ways("memfd", map(1 << 20, MAP_SHARED, fd), 1 << 17);
    close(fd);
    MUST((fd = open("/dev/zero", O_RDWR)) >= 0);
    both_ways("zero device", map(1 << 20, MAP_SHARED, fd), 1 << 17);
    MUST((id = shmget(IPC_PRIVATE, 1 << 20, IPC_CREAT | 0600)) >= 0);
    p = shmat(id, NULL, 0);
    shmctl(id, IPC_RMID, NULL);
    MUST(p != (void *) -1);
    both_ways("System V", p, 1 << 17);
    /* and between a child and its child */
    volatile int *w = map(T_PAGE, MAP_SHARED | MAP_ANONYMOUS, -1);
    show_status("child", IN_CHILD({
                    w[0] = 1;
                    show_status("grandchild", IN_CHILD({
                                    CHECK(w[0] == 1);
                                    w[1] = 2;
                                }));
                    CHECK(w[1] == 2);
                }));
    CHECK(w[0] == 1 && w[1] == 2);
    return t_end();
}
