/* covers: msgrcv msgsnd semop semtimedop msgctl semctl */
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>

#include "waiters.h"

/* Eight threads wait for a queue and a set of semaphores, in every way; the removal tells all of them. */
enum { WAITERS = 8 };
static int queue, full, sems;
static struct waiter w[WAITERS];
static int errors[WAITERS];

static void *waits(void *arg)
{
    struct waiter *me = arg;
    int i = (int) (me - w);
    struct {
        long type;
        char text[512];
    } m = {1, ""};
    struct sembuf down = {0, -1, 0}, zero = {1, 0, 0}, undo[2] = {{0, -1, SEM_UNDO}, {1, 1, SEM_UNDO}};
    struct timespec long_time = {1000, 0};
    long r = 0;
    waiter_begin(me);
    switch (i) {
    case 0:
        r = msgrcv(queue, &m, sizeof(m.text), 0, 0);
        break;
    case 1:
        r = msgrcv(queue, &m, sizeof(m.text), 7, 0);
        break;
    case 2:
        r = msgrcv(queue, &m, sizeof(m.text), -3, 0);
        break;
    case 3:
        r = msgsnd(full, &m, sizeof(m.text), 0);
        break;
    case 4:
        r = semop(sems, &down, 1);
        break;
    case 5:
        r = semop(sems, &zero, 1);
        break;
    case 6:
        r = semtimedop(sems, &down, 1, &long_time);
        break;
    case 7:
        r = semop(sems, undo, 2);
        break;
    }
    errors[i] = r < 0 ? errno : 0;
    return NULL;
}

int main(void)
{
    struct msqid_ds ds;
    struct {
        long type;
        char text[512];
    } m = {2, ""};
    MUST((queue = msgget(IPC_PRIVATE, 0600)) >= 0 && (full = msgget(IPC_PRIVATE, 0600)) >= 0);
    MUST(msgctl(full, IPC_STAT, &ds) == 0);
    ds.msg_qbytes = 1024;
    MUST(msgctl(full, IPC_SET, &ds) == 0);
    while (msgsnd(full, &m, sizeof(m.text), IPC_NOWAIT) == 0)
        ;
    MUST((sems = semget(IPC_PRIVATE, 2, 0600)) >= 0 && semctl(sems, 1, SETVAL, 1) == 0);
    waiters_start(w, WAITERS, waits);
    printf("waiting for more: %d, for zero: %d\n", semctl(sems, 0, GETNCNT), semctl(sems, 1, GETZCNT));
    show("remove the queue", msgctl(queue, IPC_RMID, NULL));
    show("remove the full one", msgctl(full, IPC_RMID, NULL));
    show("remove the semaphores", semctl(sems, 0, IPC_RMID));
    for (int i = 0; i < WAITERS; i++)
        thread_join(w[i].thread);
    for (int i = 0; i < WAITERS; i++)
        printf("%d: %s\n", i, errname(errors[i]));
    show("afterwards", msgrcv(queue, &m, sizeof(m.text), 0, IPC_NOWAIT));
    return t_end();
}
