/* covers: futex_waitv futex */
/* translated: no (it does not end under the translator outside, so there is nothing to compare with) */
#include "child.h"
#include "threads.h"

/* One wait for words in anonymous shared memory, a file, a memfd and private memory; other processes, at addresses of their own, wake each. */
struct waitv {
    uint64_t val, uaddr;
    uint32_t flags, reserved;
};

static uint32_t *map(int fd)
{
    void *p = mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE, fd < 0 ? MAP_SHARED | MAP_ANONYMOUS : MAP_SHARED, fd, 0);
    MUST(p != MAP_FAILED);
    return p;
}

static void *waits(void *arg)
{
    return (void *) raw(futex_waitv, arg, 4, 0, 0, 0);
}

int main(void)
{
    static uint32_t own;
    scratch();
    int fd = open("f", O_RDWR | O_CREAT, 0600), mem = memfd_create("m", 0);
    MUST(ftruncate(fd, 2 * T_PAGE) == 0 && ftruncate(mem, T_PAGE) == 0);
    uint32_t *word[] = {map(-1), map(fd), map(mem), &own};
    struct waitv v[4];
    for (int i = 0; i < 4; i++)
        v[i] = (struct waitv){0, (uintptr_t) (word[i] + 3 * (i < 3)), 2 | (i == 3 ? 128 : 0), 0};
    for (int i = 0; i < 4; i++) {
        pthread_t th = thread_start(waits, v);
        uint32_t *at = (uint32_t *) (uintptr_t) v[i].uaddr;
        int status = IN_CHILD({
            uint32_t *there = i == 1 ? map(fd) + 3 : i == 2 ? map(mem) + 3 : at;
            for (int k = 0; i < 3 && futex(there, FUTEX_WAKE, 1, NULL, NULL, 0) != 1; k++)
                sched_yield();
            /* its own memory is another's, and so is the same place of another page of the file */
            if (i == 3)
                _exit((int) futex(at, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0) + 40);
        });
        show_status("child", status);
        while (i == 3 && futex(at, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0) != 1)
            sched_yield();
        printf("woken by %ld\n", (long) thread_join(th));
    }
    return t_end();
}
