/* covers: shmat shmdt mmap munmap */
#include <sys/shm.h>

#include "t.h"

/* Address space that was used in pieces, from the top down, and given back, takes segments of any size. */
enum { PIECE = 2 << 20, PIECES = 24 };

int main(void)
{
    char *piece[PIECES];
    for (int i = 0; i < PIECES; i++) {
        piece[i] = mmap(NULL, PIECE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        MUST(piece[i] != MAP_FAILED);
        memset(piece[i], 1, PIECE);
    }
    for (int i = 0; i < PIECES; i++)
        MUST(munmap(piece[i], PIECE) == 0);
    for (size_t size = PIECE / 2; size <= 16 * PIECE; size *= 2) {
        int id = shmget(IPC_PRIVATE, size, IPC_CREAT | 0600);
        MUST(id >= 0);
        char *p = shmat(id, NULL, 0), *q = shmat(id, NULL, 0);
        struct shmid_ds ds;
        MUST(shmctl(id, IPC_STAT, &ds) == 0);
        MUST(shmctl(id, IPC_RMID, NULL) == 0);
        MUST(p != (void *) -1 && q != (void *) -1);
        for (size_t i = 0; i < size; i += T_PAGE)
            p[i] = (char) (i / T_PAGE);
        size_t wrong = 0;
        for (size_t i = 0; i < size; i += T_PAGE)
            wrong += q[i] != (char) (i / T_PAGE);
        printf("%zu KiB attached %d times, %zu wrong\n", size >> 10, (int) ds.shm_nattch, wrong);
        MUST(shmdt(p) == 0 && shmdt(q) == 0);
    }
    return t_end();
}
