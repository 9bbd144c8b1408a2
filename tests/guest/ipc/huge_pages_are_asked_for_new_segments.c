/* covers: shmget */
#include <sys/shm.h>

#include "t.h"

/* A system need not have huge pages; what else there is to say of a segment does not depend on that. */
int main(void)
{
    const int key = 0x5e000000 | getpid();
    show("of a size that is none", raw(shmget, IPC_PRIVATE, 0, SHM_HUGETLB | 0600));
    show("that nobody made", raw(shmget, key, T_PAGE, SHM_HUGETLB | 0600));
    int other = shmget(key, T_PAGE, IPC_CREAT | IPC_EXCL | 0600);
    MUST(other >= 0);
    CHECK(raw(shmget, key, T_PAGE, SHM_HUGETLB) == other);
    CHECK(raw(shmget, key, T_PAGE, SHM_HUGETLB | IPC_CREAT) == other);
    show("made anew", raw(shmget, key, T_PAGE, SHM_HUGETLB | IPC_CREAT | IPC_EXCL));
    show("larger than it is", raw(shmget, key, 2 * T_PAGE, SHM_HUGETLB | IPC_CREAT));
    MUST(shmctl(other, IPC_RMID, NULL) == 0);
    return t_end();
}
