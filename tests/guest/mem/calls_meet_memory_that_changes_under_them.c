/* covers: read write mmap mprotect munmap */
#include "threads.h"

/* One thread reads and writes through a buffer that another maps, protects and unmaps: a call works or gives EFAULT,
 * and the process lives. */
static char *buf;
static atomic_bool stop;
static _Atomic uint64_t worked, faulted;

static void *mapper(void *arg)
{
    (void) arg;
    for (int i = 0; i < 150; i++) {
        /* each side waits for the other, so that both outcomes occur */
        until_moved(&worked, 1);
        if (i % 2)
            MUST(mprotect(buf, 4 * T_PAGE, PROT_NONE) == 0);
        else
            MUST(munmap(buf, 4 * T_PAGE) == 0);
        until_moved(&faulted, 1);
        MUST(mmap(buf, 4 * T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == buf);
    }
    atomic_store(&stop, true);
    return NULL;
}

int main(void)
{
    int zero = open("/dev/zero", O_RDONLY), p[2], odd = 0;
    char plain[3 * T_PAGE];
    MUST(zero >= 0);
    MUST(pipe2(p, O_NONBLOCK) == 0);
    buf = mmap((void *) 0x2b0000000000ul, 4 * T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(buf != MAP_FAILED);
    pthread_t th = thread_start(mapper, NULL);
    while (!atomic_load(&stop)) {
        ssize_t r = read(zero, buf + 100, 3 * T_PAGE);
        if (r > 0)
            atomic_fetch_add(&worked, 1);
        else if (r < 0 && errno == EFAULT)
            atomic_fetch_add(&faulted, 1);
        else
            odd++;
        r = write(p[1], buf + T_PAGE, 2 * T_PAGE);
        if (r > 0)
            odd += read(p[0], plain, (size_t) r) != r;
        else if (!(r < 0 && errno == EFAULT))
            odd++;
    }
    thread_join(th);
    printf("%d odd results\n", odd);
    return t_end();
}
