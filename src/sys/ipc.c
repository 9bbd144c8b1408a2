/* System V and POSIX message passing, and keys: calls whose last argument means something else for each command. */
#include <errno.h>
#include <linux/keyctl.h>
#include <signal.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>

#include "base/fds.h"
#include "sys/handlers.h"

/* The kernel's limit is far below: to send more is EINVAL there, and nothing longer can come. */
#define MESSAGE_MAX (16u << 20)

static int64_t waited(int64_t ret)
{
    return ret == -EINTR ? -ERESTARTNOHAND : ret;
}

int64_t sys_msgsnd(struct thread *t, const uint64_t a[6])
{
    struct pin p;
    int64_t ret = pin(t, &p, a[1], a[2] > MESSAGE_MAX ? 8 : 8 + a[2], PIN_IN);

    if (ret < 0)
        return ret;
    ret = sys_block(t, SYS_msgsnd, (long) (int) a[0], p.hva, a[2] > MESSAGE_MAX ? -1ul : a[2], a[3], 0l, 0l);
    pin_done(t, &p, 0);
    return waited(ret);
}

int64_t sys_msgrcv(struct thread *t, const uint64_t a[6])
{
    const int64_t size = MIN((int64_t) a[2], (int64_t) MESSAGE_MAX); /* a negative one is refused */
    struct pin p;
    int64_t ret = pin(t, &p, a[1], 8 + (uint64_t) MAX(size, 0l), PIN_OUT);

    if (ret < 0)
        return ret;
    ret = sys_block(t, SYS_msgrcv, (long) (int) a[0], p.hva, size, a[3], a[4], 0l);
    if (pin_done(t, &p, ret < 0 ? 0 : 8 + (size_t) ret) < 0)
        return -EFAULT;
    return waited(ret);
}

/* A control call whose command moves `size` bytes (0: none) at `va`. */
static int64_t control(struct thread *t, long nr, const uint64_t a[6], unsigned arg, size_t size, enum pin_dir dir)
{
    uint64_t h[4] = {a[0], a[1], a[2], a[3]};
    struct pin p;
    int64_t ret;

    ret = pin(t, &p, size ? a[arg] : 0, size, dir);
    if (ret < 0)
        return ret;
    if (size)
        h[arg] = (uint64_t) p.hva;
    ret = host(nr, h[0], h[1], h[2], h[3]);
    if (pin_done(t, &p, ret < 0 ? 0 : size) < 0)
        ret = -EFAULT;
    return ret;
}

int64_t sys_msgctl(struct thread *t, const uint64_t a[6])
{
    switch ((int) a[1]) {
    case IPC_SET:
        return control(t, SYS_msgctl, a, 2, sizeof(struct msqid_ds), PIN_IN);
    case IPC_STAT:
    case MSG_STAT:
    case 13: /* MSG_STAT_ANY */
        return control(t, SYS_msgctl, a, 2, sizeof(struct msqid_ds), PIN_OUT);
    case IPC_INFO:
    case MSG_INFO:
        return control(t, SYS_msgctl, a, 2, sizeof(struct msginfo), PIN_OUT);
    default: /* IPC_RMID and unknown ones */
        return control(t, SYS_msgctl, a, 2, 0, PIN_IN);
    }
}

int64_t sys_shmctl(struct thread *t, const uint64_t a[6])
{
    switch ((int) a[1]) {
    case IPC_SET:
        return control(t, SYS_shmctl, a, 2, sizeof(struct shmid_ds), PIN_IN);
    case IPC_STAT:
    case SHM_STAT:
    case 15: /* SHM_STAT_ANY */
        return control(t, SYS_shmctl, a, 2, sizeof(struct shmid_ds), PIN_OUT);
    case IPC_INFO:
        return control(t, SYS_shmctl, a, 2, sizeof(struct shminfo), PIN_OUT);
    case SHM_INFO:
        return control(t, SYS_shmctl, a, 2, sizeof(struct shm_info), PIN_OUT);
    default: /* IPC_RMID, SHM_LOCK, SHM_UNLOCK and unknown ones */
        return control(t, SYS_shmctl, a, 2, 0, PIN_IN);
    }
}

/* Bytes for the values of a set; at least some, for the errors. Asked for without the right to read, which SETALL does not need. */
static size_t semaphores(int id)
{
    struct semid_ds ds;

    return host(SYS_semctl, id, 0, SEM_STAT_ANY, &ds) == id ? MAX(ds.sem_nsems, 1ul) * sizeof(uint16_t)
                                                            : sizeof(uint16_t);
}

int64_t sys_semctl(struct thread *t, const uint64_t a[6])
{
    switch ((int) a[2]) {
    case IPC_SET:
        return control(t, SYS_semctl, a, 3, sizeof(struct semid_ds), PIN_IN);
    case IPC_STAT:
    case SEM_STAT:
    case SEM_STAT_ANY:
        return control(t, SYS_semctl, a, 3, sizeof(struct semid_ds), PIN_OUT);
    case IPC_INFO:
    case SEM_INFO:
        return control(t, SYS_semctl, a, 3, sizeof(struct seminfo), PIN_OUT);
    case GETALL: /* by the time of the call the number may be another set's */
        return control(t, SYS_semctl, a, 3, semaphores((int) a[0]), PIN_OUT | PIN_COPY);
    case SETALL:
        return control(t, SYS_semctl, a, 3, semaphores((int) a[0]), PIN_IN | PIN_COPY);
    default: /* SETVAL and those without an argument */
        return control(t, SYS_semctl, a, 3, 0, PIN_IN);
    }
}

/* More operations than any limit allows. */
#define OPERATIONS_MAX (1u << 20)

int64_t sys_semtimedop(struct thread *t, const uint64_t a[6])
{
    const uint32_t n = MIN((uint32_t) a[2], OPERATIONS_MAX);
    struct timespec ts;
    struct pin p;
    int64_t ret;

    if (a[3] && get_user(t->proc->space, &ts, gva(a[3])) < 0)
        return -EFAULT;
    ret = pin(t, &p, a[1], n * sizeof(struct sembuf), PIN_IN);
    if (ret < 0)
        return ret;
    ret = sys_block(t, SYS_semtimedop, (long) (int) a[0], p.hva, (uint64_t) n, a[3] ? &ts : NULL, 0l, 0l);
    pin_done(t, &p, 0);
    return ret;
}

/* ---- POSIX message queues ---- */

/* The cookie that a SIGEV_THREAD notification sends back over its socket. */
#define NOTIFY_COOKIE_LEN 32

int64_t sys_mq_notify(struct thread *t, const uint64_t a[6])
{
    uint8_t cookie[NOTIFY_COOKIE_LEN];
    struct sigevent ev;

    if (!a[1])
        return host(SYS_mq_notify, (int) a[0], NULL);
    if (get_user(t->proc->space, &ev, gva(a[1])) < 0)
        return -EFAULT;
    if (ev.sigev_notify == SIGEV_THREAD) {
        if (copy_in(t->proc->space, cookie, gva((uint64_t) ev.sigev_value.sival_ptr), sizeof cookie) < 0)
            return -EFAULT;
        if (fds_reserved(ev.sigev_signo)) /* the socket */
            return -EBADF;
        ev.sigev_value.sival_ptr = cookie;
    }
    return host(SYS_mq_notify, (int) a[0], &ev);
}

/* ---- keys: keyctl(2) ---- */

#define KEY_PAYLOAD_MAX (1u << 20)

/* Arguments 2 to 5 of an operation, in order: N a number, S a string, i/o bytes that the next argument counts. */
static const struct {
    int op;
    const char *args;
} key_ops[] = {
    {KEYCTL_GET_KEYRING_ID, "NN"},
    {KEYCTL_JOIN_SESSION_KEYRING, "S"},
    {KEYCTL_UPDATE, "NiN"},
    {KEYCTL_REVOKE, "N"},
    {KEYCTL_CHOWN, "NNN"},
    {KEYCTL_SETPERM, "NN"},
    {KEYCTL_DESCRIBE, "NoN"},
    {KEYCTL_CLEAR, "N"},
    {KEYCTL_LINK, "NN"},
    {KEYCTL_UNLINK, "NN"},
    {KEYCTL_SEARCH, "NSSN"},
    {KEYCTL_READ, "NoN"},
    {KEYCTL_INSTANTIATE, "NiNN"},
    {KEYCTL_NEGATE, "NNN"},
    {KEYCTL_SET_REQKEY_KEYRING, "N"},
    {KEYCTL_SET_TIMEOUT, "NN"},
    {KEYCTL_ASSUME_AUTHORITY, "N"},
    {KEYCTL_GET_SECURITY, "NoN"},
    {KEYCTL_SESSION_TO_PARENT, ""},
    {KEYCTL_REJECT, "NNNN"},
    {KEYCTL_INVALIDATE, "N"},
    {KEYCTL_GET_PERSISTENT, "NN"},
    {KEYCTL_RESTRICT_KEYRING, "NSS"},
    {KEYCTL_MOVE, "NNNN"},
    {KEYCTL_CAPABILITIES, "oN"},
};

int64_t sys_keyctl(struct thread *t, const uint64_t a[6])
{
    const char *args = NULL;
    struct pin p = {0};
    char *strs[2] = {NULL};
    uint64_t h[4] = {a[1], a[2], a[3], a[4]};
    unsigned nstrs = 0;
    int64_t ret = 0;

    for (unsigned i = 0; i < ARRAY_SIZE(key_ops); i++)
        if (key_ops[i].op == (int) a[0])
            args = key_ops[i].args;
    if (!args)
        return -EOPNOTSUPP;
    for (unsigned i = 0; args[i] && ret >= 0; i++) {
        switch (args[i]) {
        case 'S':
            ret = sys_str(t, h[i], &strs[nstrs]);
            h[i] = (uint64_t) strs[nstrs++];
            break;
        case 'i':
        case 'o': /* what is too large for it is told by the result, and left out */
            h[i + 1] = MIN(h[i + 1], KEY_PAYLOAD_MAX); /* no payload is as long */
            ret = pin(t, &p, h[i], h[i + 1], args[i] == 'i' ? PIN_IN : PIN_INOUT);
            h[i] = (uint64_t) p.hva;
            break;
        }
    }
    if (ret >= 0)
        ret = host(SYS_keyctl, a[0], h[0], h[1], h[2], h[3]);
    if (pin_done(t, &p, ret > 0 ? (size_t) ret : 0) < 0)
        ret = -EFAULT;
    for (unsigned i = 0; i < nstrs; i++)
        sys_str_free(strs[i]);
    return ret;
}
