/* covers: openat pread64 dup */
/* /proc/self/mem is the program's memory from the first moment: a thread that uses the number before open(2) has returned sees the same. */
/* only: dynamic (a position-independent program leaves the place free that it looks at) */
#include "threads.h"
#include <sys/uio.h>

static atomic_bool stop;
static atomic_int number;
static _Atomic long leaks;

static void *look(void *arg)
{
    char buf[8];
    struct iovec v = {buf, 4};
    while (!atomic_load(&stop)) {
        int fd = atomic_load(&number);
        if (fd < 0)
            continue;
        /* Where a program that is linked to a fixed place has its header: nothing of ours is there. */
        if (preadv(fd, &v, 1, 0x400000) == 4)
            atomic_fetch_add(&leaks, 1);
        int kept = dup(fd);
        if (kept >= 0) {
            if (pread(kept, buf, 4, 0x400000) == 4)
                atomic_fetch_add(&leaks, 1);
            close(kept);
        }
    }
    return arg;
}

int main(void)
{
    int fd = open("/proc/self/mem", O_RDWR);
    MUST(fd >= 0);
    close(fd);
    atomic_store(&number, fd);
    pthread_t th[2];
    for (int i = 0; i < 2; i++)
        th[i] = thread_start(look, NULL);
    for (int i = 0; i < 3000; i++) {
        fd = open("/proc/self/mem", O_RDWR);
        MUST(fd >= 0);
        close(fd);
    }
    atomic_store(&stop, true);
    for (int i = 0; i < 2; i++)
        thread_join(th[i]);
    CHECK(leaks == 0);
    return t_end();
}
