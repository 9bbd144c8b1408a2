/* covers: semget semop semctl semtimedop */
#include "t.h"
#include <sys/ipc.h>
#include <sys/sem.h>

int main(void)
{
    struct sembuf down = {0, -1, 0}, up = {0, 1, 0}, try = {0, -1, IPC_NOWAIT}, undo = {1, -1, SEM_UNDO};
    struct sembuf both[2] = {{0, -1, IPC_NOWAIT}, {1, -5, IPC_NOWAIT}}, zero = {0, 0, 0};
    struct timespec ts = {0, 20000000};
    unsigned short vals[3] = {1, 2, 3};
    struct semid_ds ds;
    int id = (int) raw(semget, IPC_PRIVATE, 3, IPC_CREAT | 0600);
    pid_t pid;

    show_ok("semget", id);
    MUST(id >= 0);
    show("set all", raw(semctl, id, 0, SETALL, vals));
    memset(vals, 0, sizeof(vals));
    show("get all", raw(semctl, id, 0, GETALL, vals));
    printf("%d %d %d\n", vals[0], vals[1], vals[2]);
    show("get one", raw(semctl, id, 2, GETVAL, 0));
    show("set one", raw(semctl, id, 2, SETVAL, 7));
    show("get one", raw(semctl, id, 2, GETVAL, 0));
    show("stat", raw(semctl, id, 0, IPC_STAT, &ds));
    printf("semaphores %lu mode %o\n", (unsigned long) ds.sem_nsems, (unsigned) ds.sem_perm.mode);
    show("down", raw(semop, id, &down, 1));
    show("down again", raw(semop, id, &try, 1));
    show("all or nothing", raw(semop, id, both, 2));
    show("second untouched", raw(semctl, id, 1, GETVAL, 0));
    show("timed", raw(semtimedop, id, &down, 1, &ts));
    pid = fork();
    if (pid == 0) {
        if (raw(semop, id, &undo, 1) < 0 || raw(semctl, id, 1, GETVAL, 0) != 1)
            _exit(1);
        _exit(raw(semop, id, &up, 1) == 0 ? 0 : 2);
    }
    show("waits for the child", raw(semop, id, &down, 1));
    show_wait("child", pid);
    show("undone at exit", raw(semctl, id, 1, GETVAL, 0));
    show("last pid", raw(semctl, id, 0, GETPID, 0) == getpid());
    show("wait for zero", raw(semop, id, &zero, 1));
    show("bad operations", raw(semop, id, BAD_PTR, 1));
    show("bad time", raw(semtimedop, id, &down, 1, BAD_PTR));
    show("no operations", raw(semop, id, &down, 0));
    show("bad number", (down.sem_num = 9, raw(semop, id, &down, 1)));
    show("bad array", raw(semctl, id, 0, SETALL, BAD_PTR));
    show("bad stat", raw(semctl, id, 0, IPC_STAT, BAD_PTR));
    show("bad command", raw(semctl, id, 0, 999, 0));
    show("remove", raw(semctl, id, 0, IPC_RMID, 0));
    show("removed", raw(semop, id, &up, 1));
    show("absent", raw(semget, 0x7e57e57e, 1, 0));
    return t_end();
}
