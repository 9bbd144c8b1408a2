/* covers: shmdt shmat munmap */
/* A segment of which pages were unmapped, or are others', goes by its first address all the same, and nothing else does. */
#include <sys/shm.h>

#include "t.h"

enum { PAGES = 4 };

static long attached(int id)
{
    struct shmid_ds ds;
    MUST(shmctl(id, IPC_STAT, &ds) == 0);
    return (long) ds.shm_nattch;
}

/* `gone`: the pages that are unmapped, `other`: those that become another's. */
static void once(const char *name, unsigned gone, unsigned other)
{
    int id = shmget(IPC_PRIVATE, PAGES * T_PAGE, 0600);
    MUST(id >= 0);
    char *p = shmat(id, NULL, 0), *q = shmat(id, NULL, SHM_RDONLY);
    MUST(p != (void *) -1 && q != (void *) -1);
    for (unsigned i = 0; i < PAGES; i++) {
        if (gone >> i & 1)
            MUST(munmap(p + i * T_PAGE, T_PAGE) == 0);
        if (other >> i & 1)
            MUST(mmap(p + i * T_PAGE, T_PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED);
    }
    printf("%s: attached %ld\n", name, attached(id));
    show("inside", shmdt(p + T_PAGE));
    show("detach", shmdt(p));
    printf("attached %ld, mapped", attached(id));
    for (unsigned i = 0; i < PAGES; i++)
        printf(" %d", msync(p + i * T_PAGE, T_PAGE, MS_ASYNC) == 0);
    printf("\n");
    show("again", shmdt(p));
    show("the other", shmdt(q));
    printf("attached %ld\n", attached(id));
    MUST(munmap(p, PAGES * T_PAGE) == 0);
    MUST(shmctl(id, IPC_RMID, NULL) == 0);
}

int main(void)
{
    once("first page", 1, 0);
    once("one in the middle", 2, 0);
    once("last page", 8, 0);
    once("all but the last", 7, 0);
    once("all but two", 10, 0);
    once("all", 15, 0);
    once("another's in the middle", 0, 4);
    once("another's at both ends", 0, 9);
    return t_end();
}
