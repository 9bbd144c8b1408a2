/* covers: shmat shmget */
#include <sys/shm.h>

#include "child.h"

static void try(int mode, const char *what, int flags)
{
    char *mine = mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int id = shmget(IPC_PRIVATE, T_PAGE, mode);
    MUST(mine != MAP_FAILED && id >= 0);
    strcpy(mine, "what was there");
    printf("mode %03o, ", (unsigned) mode);
    long r = raw(shmat, id, mine, SHM_REMAP | flags);
    show(what, r == (long) mine ? 0 : r);
    printf("%s\n", mine);
    MUST(shmctl(id, IPC_RMID, NULL) == 0);
}

/* A segment takes the place of other memory when it may be had as it is asked for. */
int main(void)
{
    if (getuid() == 0)
        MUST(setuid(65534) == 0); /* whom modes do not bind */
    try(0400, "to be written", 0);
    try(0400, "to be executed", SHM_RDONLY | SHM_EXEC);
    try(0600, "to be executed and written", SHM_EXEC);
    try(0200, "to be read", SHM_RDONLY);
    try(0400, "to be read, as it may", SHM_RDONLY);
    try(0700, "to be executed, as it may", SHM_EXEC);
    return t_end();
}
