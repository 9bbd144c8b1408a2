/* covers: mmap memfd_create munmap */
#include "stale.h"

/* A thread writes through one address while that address is mapped to one file after the other: each write goes to
 * the file that is mapped at the time, and none to one that was. */
int main(void)
{
    volatile uint64_t *view[2];
    int fd[2], bad = 0;
    volatile char *p;
    for (int i = 0; i < 2; i++) {
        MUST((fd[i] = memfd_create("m", MFD_CLOEXEC)) >= 0);
        MUST(ftruncate(fd[i], T_PAGE) == 0);
        view[i] = mmap(NULL, T_PAGE, PROT_READ, MAP_SHARED, fd[i], 0);
        MUST(view[i] != MAP_FAILED);
    }
    MUST((p = mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd[0], 0)) != MAP_FAILED);
    stale_prepare();
    stale_page = p;
    pthread_t th = thread_start(stale_writer, NULL);
    for (int i = 1; i < 100; i++) {
        until_moved(&stale_done, 50);
        MUST(mmap((void *) p, T_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd[i & 1], 0) == p);
        uint64_t old = *view[~i & 1], new = *view[i & 1];
        until_moved(&stale_done, 50);
        bad += *view[~i & 1] != old;
        bad += *view[i & 1] == new;
    }
    atomic_store(&stale_stop, true);
    thread_join(th);
    printf("%d rounds with a write to the wrong file\n", bad);
    return t_end();
}
