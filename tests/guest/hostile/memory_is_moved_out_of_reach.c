/* covers: pread64 */
/* While one thread uses /proc/self/mem, no other finds a descriptor that it did not open, by which it would reach what is not the program's. */
/* only: dynamic (a position-independent program leaves the place free that is looked at) */
#include "threads.h"

static atomic_bool stop;
static atomic_int next_number;
static _Atomic long leaks;

static void *look(void *arg)
{
    char buf[4];
    while (!atomic_load(&stop))
        for (int fd = atomic_load(&next_number); fd < atomic_load(&next_number) + 2; fd++)
            if (pread(fd, buf, sizeof buf, 0x400000) > 0)
                atomic_fetch_add(&leaks, 1);
    return arg;
}

int main(void)
{
    static volatile long word;
    long copy;
    int fd = open("/proc/self/mem", O_RDWR);
    MUST(fd >= 0);
    atomic_store(&next_number, fd + 1);
    pthread_t th = thread_start(look, NULL);
    for (long i = 1; i <= how_often(3000, 100000); i++) {
        MUST(pwrite(fd, &i, sizeof i, (off_t) (uintptr_t) &word) == sizeof i);
        MUST(pread(fd, &copy, sizeof copy, (off_t) (uintptr_t) &word) == sizeof copy);
        CHECK(word == i && copy == i);
    }
    atomic_store(&stop, true);
    thread_join(th);
    CHECK(leaks == 0);
    show("nowhere", pread(fd, &copy, 1, 16));
    show("empty", pread(fd, &copy, 0, 16));
    return t_end();
}
