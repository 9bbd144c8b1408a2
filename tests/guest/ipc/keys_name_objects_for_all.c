/* covers: semget shmget msgget semctl shmctl msgctl */
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "child.h"

int main(void)
{
    key_t key = (key_t) (0x5e000000 | (getpid() & 0xffffff));
    int sem = semget(key, 2, IPC_CREAT | IPC_EXCL | 0600), shm = shmget(key, 4096, IPC_CREAT | IPC_EXCL | 0600),
        msg = msgget(key, IPC_CREAT | IPC_EXCL | 0600);
    MUST(sem >= 0 && shm >= 0 && msg >= 0);
    CHECK(semget(key, 0, 0) == sem && shmget(key, 0, 0) == shm && msgget(key, 0) == msg);
    show("exclusive", semget(key, 2, IPC_CREAT | IPC_EXCL | 0600));
    show("exclusive", shmget(key, 4096, IPC_CREAT | IPC_EXCL | 0600));
    show("exclusive", msgget(key, IPC_CREAT | IPC_EXCL | 0600));
    show("more semaphores", semget(key, 3, 0));
    show("more memory", shmget(key, 8192, 0));
    IN_CHILD(CHECK(semget(key, 2, 0600) == sem); CHECK(shmget(key, 1, 0600) == shm); CHECK(msgget(key, 0600) == msg));
    show("too many", semget(IPC_PRIVATE, 1 << 30, 0600));
    show("none", semget(IPC_PRIVATE, 0, 0600));
    show("negative", semget(IPC_PRIVATE, -1, 0600));
    struct shmid_ds ds;
    MUST(shmctl(shm, IPC_STAT, &ds) == 0);
    CHECK(ds.shm_cpid == getpid() && ds.shm_perm.uid == getuid());
    ds.shm_perm.mode = 0640;
    show("set", shmctl(shm, IPC_SET, &ds));
    MUST(shmctl(shm, IPC_STAT, &ds) == 0);
    printf("mode %o\n", ds.shm_perm.mode);
    semctl(sem, 0, IPC_RMID);
    shmctl(shm, IPC_RMID, NULL);
    msgctl(msg, IPC_RMID, NULL);
    show("gone", semget(key, 0, 0));
    show("gone", shmget(key, 0, 0));
    show("gone", msgget(key, 0));
    return t_end();
}
