/* covers: msgsnd msgrcv msgctl */
#include <sys/msg.h>

#include "child.h"

static int id;
struct message {
    long type;
    char text[32];
};

static pid_t receiver(const char *name, long type, int flags)
{
    pid_t pid = fork();
    if (pid == 0) {
        struct message m;
        ssize_t n = msgrcv(id, &m, sizeof(m.text), type, flags);
        if (n < 0)
            printf("%s: %s\n", name, errname(errno));
        else
            printf("%s: %zd of type %ld: %s\n", name, n, m.type, m.text);
        _exit(0);
    }
    until_state(pid, pid, "SZ");
    return pid;
}

static void send_it(long type, const char *text)
{
    struct message m = {.type = type};
    strcpy(m.text, text);
    MUST(msgsnd(id, &m, strlen(text) + 1, 0) == 0);
}

int main(void)
{
    struct msqid_ds ds;
    struct message m;
    MUST((id = msgget(IPC_PRIVATE, 0600)) >= 0);
    pid_t a = receiver("type 5", 5, 0), b = receiver("at most 3", -3, 0), c = receiver("not 5", 5, MSG_EXCEPT);
    send_it(9, "nine");
    reap(c);
    send_it(2, "two");
    reap(b);
    send_it(5, "five");
    reap(a);
    for (long t = 5; t > 0; t--)
        send_it(t, "queued");
    MUST(msgctl(id, IPC_STAT, &ds) == 0);
    printf("%lu messages, %lu bytes, by us %d\n", ds.msg_qnum, ds.msg_cbytes, ds.msg_lspid == getpid());
    while (msgrcv(id, &m, sizeof(m.text), -4, IPC_NOWAIT) > 0)
        printf("type %ld\n", m.type);
    show("too long", msgrcv(id, &m, 3, 0, IPC_NOWAIT));
    show("cut", msgrcv(id, &m, 3, 0, IPC_NOWAIT | MSG_NOERROR));
    send_it(1, "copied");
    show("copy", msgrcv(id, &m, sizeof(m.text), 0, IPC_NOWAIT | 040000));
    show("copy of what is not there", msgrcv(id, &m, sizeof(m.text), 7, IPC_NOWAIT | 040000));
    show("copy that waits", msgrcv(id, &m, sizeof(m.text), 0, 040000));
    show("taken", msgrcv(id, &m, sizeof(m.text), 0, IPC_NOWAIT));
    a = receiver("removed", 0, 0);
    msgctl(id, IPC_RMID, NULL);
    reap(a);
    return t_end();
}
