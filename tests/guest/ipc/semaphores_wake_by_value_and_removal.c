/* covers: semop semctl semtimedop */
#include <sys/sem.h>

#include "child.h"

static int id;

static pid_t waiter(const char *name, int num, int by)
{
    pid_t pid = fork();
    if (pid == 0) {
        struct sembuf op = {(unsigned short) num, (short) by, 0};
        long r = semop(id, &op, 1);
        printf("%s: %s\n", name, r ? errname(errno) : "ok");
        _exit(0);
    }
    return pid;
}

static void until(int num, int cmd, int n)
{
    while (semctl(id, num, cmd) != n)
        sched_yield();
}

int main(void)
{
    struct semid_ds ds;
    MUST((id = semget(IPC_PRIVATE, 3, 0640)) >= 0);
    MUST(semctl(id, 1, SETVAL, 1) == 0);
    pid_t a = waiter("for 2", 0, -2);
    until(0, GETNCNT, 1);
    pid_t b = waiter("for zero", 1, 0);
    until(1, GETZCNT, 1);
    struct sembuf up = {0, 1, 0}, down = {1, -1, 0};
    semop(id, &up, 1);
    printf("still waits: %d\n", semctl(id, 0, GETNCNT));
    semop(id, &up, 1);
    reap(a);
    printf("who: %d\n", semctl(id, 0, GETPID) == a);
    semop(id, &down, 1);
    reap(b);
    struct timespec ts = {0, 1000000}, bad = {0, -1};
    struct sembuf two[2] = {{2, -1, 0}, {0, 1, 0}};
    show("timed", semtimedop(id, two, 2, &ts));
    show("bad time", semtimedop(id, two, 2, &bad));
    printf("nothing was done: %d\n", semctl(id, 0, GETVAL));
    two[0].sem_flg = IPC_NOWAIT;
    show("at once", semop(id, two, 2));
    MUST(semctl(id, 0, IPC_STAT, &ds) == 0);
    printf("mode %o count %lu owner %d\n", ds.sem_perm.mode, (unsigned long) ds.sem_nsems, ds.sem_perm.uid == getuid());
    a = waiter("removed", 2, -1);
    until(2, GETNCNT, 1);
    semctl(id, 0, IPC_RMID);
    reap(a);
    show("gone", semctl(id, 0, GETVAL));
    return t_end();
}
