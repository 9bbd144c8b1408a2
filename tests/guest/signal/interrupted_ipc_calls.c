/* covers: msgrcv msgsnd semop semtimedop mq_timedreceive mq_timedsend */
#include <mqueue.h>
#include <sys/msg.h>
#include <sys/sem.h>

#include "interrupt.h"

static int empty, full, sem;
static mqd_t mq_empty, mq_full;
static struct timespec hour = {3600, 0}, tomorrow;
static struct sembuf down = {0, -1, 0}, down_undo = {0, -1, SEM_UNDO}, zero = {1, 0, 0};
static struct {
    long type;
    char text[16];
} m = {1, ""};

SLEEPER(c_msgrcv, msgrcv(empty, &m, 1, 0, 0))
SLEEPER(c_msgsnd, msgsnd(full, &m, 16, 0))
SLEEPER(c_semop, semop(sem, &down, 1))
SLEEPER(c_semop_undo, semop(sem, &down_undo, 1))
SLEEPER(c_semop_zero, semop(sem, &zero, 1))
SLEEPER(c_semtimedop, semtimedop(sem, &down, 1, &hour))
SLEEPER(c_mq_receive, raw(mq_timedreceive, mq_empty, m.text, 16, NULL, NULL))
SLEEPER(c_mq_receive_timed, raw(mq_timedreceive, mq_empty, m.text, 16, NULL, &tomorrow))
SLEEPER(c_mq_send, raw(mq_timedsend, mq_full, m.text, 1, 0, NULL))
SLEEPER(c_mq_send_timed, raw(mq_timedsend, mq_full, m.text, 1, 0, &tomorrow))

static const struct sleeper calls[] = {
    {"msgrcv", c_msgrcv},
    {"msgsnd", c_msgsnd},
    {"semop", c_semop},
    {"semop to be undone", c_semop_undo},
    {"semop for zero", c_semop_zero},
    {"semtimedop", c_semtimedop},
    {"mq_receive", c_mq_receive},
    {"mq_timedreceive", c_mq_receive_timed},
    {"mq_send", c_mq_send},
    {"mq_timedsend", c_mq_send_timed},
};

static mqd_t queue(const char *what, int flags)
{
    char name[64];
    struct mq_attr attr = {.mq_maxmsg = 1, .mq_msgsize = 16};
    snprintf(name, sizeof(name), "/guest-%s-%d", what, (int) getpid());
    mqd_t q = mq_open(name, O_CREAT | O_EXCL | O_RDWR | flags, 0600, &attr);
    MUST(q != (mqd_t) -1);
    mq_unlink(name);
    return q;
}

int main(void)
{
    MUST((empty = msgget(IPC_PRIVATE, 0600)) >= 0 && (full = msgget(IPC_PRIVATE, 0600)) >= 0);
    while (msgsnd(full, &m, 16, IPC_NOWAIT) == 0)
        ;
    MUST((sem = semget(IPC_PRIVATE, 2, 0600)) >= 0);
    MUST(semctl(sem, 1, SETVAL, 1) == 0);
    mq_empty = queue("empty", 0);
    mq_full = queue("full", 0);
    MUST(mq_send(mq_full, "x", 1, 0) == 0);
    clock_gettime(CLOCK_REALTIME, &tomorrow);
    tomorrow.tv_sec += 86400;
    interrupt_all(calls, ARRAY_SIZE(calls));
    msgctl(empty, IPC_RMID, NULL);
    msgctl(full, IPC_RMID, NULL);
    semctl(sem, 0, IPC_RMID);
    return t_end();
}
