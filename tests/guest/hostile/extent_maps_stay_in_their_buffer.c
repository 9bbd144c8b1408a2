/* covers: ioctl */
/* A count that another thread changes meanwhile, in a structure that lies across the seam of two mappings. */
#include "threads.h"
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <sys/ioctl.h>

static _Atomic uint32_t *volatile count;
static atomic_bool stop;

static void *flip(void *arg)
{
    while (!atomic_load(&stop)) {
        atomic_store(count, 1);
        for (int i = 0; i < 40; i++)
            __asm__ volatile("pause");
        atomic_store(count, 2000);
    }
    return arg;
}

int main(void)
{
    size_t big = 8 << 20;
    char *p = mmap(NULL, 4 * big, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(p != MAP_FAILED);
    p = (char *) (((uintptr_t) p + big) & ~((uintptr_t) big - 1));
    /* The upper half first: where it lies has nothing to do with where the lower one does. */
    MUST(mmap(p + big, big, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED);
    memset(p + big, 0, big);
    MUST(mmap(p, big, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED);
    memset(p, 0, big);

    scratch();
    int fd = open("f", O_RDWR | O_CREAT, 0600);
    MUST(fd >= 0);
    for (int i = 0; i < 1500; i++)
        MUST(pwrite(fd, "x", 1, (off_t) i * 3 * T_PAGE) == 1);
    fsync(fd);
    struct fiemap *m = (struct fiemap *) (p + big - sizeof(struct fiemap) - 8);
    count = (_Atomic uint32_t *) &m->fm_extent_count;
    pthread_t th = thread_start(flip, NULL);
    long good = 0, most = 0;
    for (int i = 0; i < 4000; i++) {
        memset(m, 0, offsetof(struct fiemap, fm_mapped_extents));
        m->fm_length = ~0ull;
        if (ioctl(fd, i & 1 ? FS_IOC_FIEMAP : _IOWR('f', 42, struct fiemap), m) == 0) {
            good++;
            if (m->fm_mapped_extents > most)
                most = m->fm_mapped_extents;
        }
    }
    atomic_store(&stop, true);
    thread_join(th);
    (void) good;
    for (int i = 0; i < 200; i++) {
        char *q = malloc((size_t) i * 500 + 1);
        MUST(q);
        free(q);
    }
    return t_end();
}
