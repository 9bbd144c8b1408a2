/* covers: msgget msgsnd msgrcv msgctl */
#include "t.h"
#include <sys/ipc.h>
#include <sys/msg.h>

struct msg {
    long type;
    char text[64];
};

int main(void)
{
    struct msg m = {5, "five"};
    struct msqid_ds ds;
    int id = (int) raw(msgget, IPC_PRIVATE, IPC_CREAT | 0600);
    pid_t pid;

    show_ok("msgget", id);
    MUST(id >= 0);
    show("send", raw(msgsnd, id, &m, 5, 0));
    m.type = 3;
    strcpy(m.text, "three is longer");
    show("send", raw(msgsnd, id, &m, 16, 0));
    m.type = 9;
    show("send empty", raw(msgsnd, id, &m, 0, 0));
    show("stat", raw(msgctl, id, IPC_STAT, &ds));
    printf("messages %lu mode %o\n", (unsigned long) ds.msg_qnum, (unsigned) ds.msg_perm.mode);
    show("by type", raw(msgrcv, id, &m, 64, 3, 0));
    printf("%ld %s\n", m.type, m.text);
    show("lowest up to 6", raw(msgrcv, id, &m, 64, -6, 0));
    printf("%ld %s\n", m.type, m.text);
    show("any", raw(msgrcv, id, &m, 64, 0, 0));
    printf("%ld\n", m.type);
    show("none", raw(msgrcv, id, &m, 64, 0, IPC_NOWAIT));
    pid = fork();
    if (pid == 0) {
        m.type = 77;
        strcpy(m.text, "from the child");
        _exit(raw(msgsnd, id, &m, 15, 0) == 0 ? 0 : 1);
    }
    show("waits for the child", raw(msgrcv, id, &m, 64, 77, 0));
    printf("%s\n", m.text);
    show_wait("child", pid);
    MUST(raw(msgsnd, id, &m, 15, 0) == 0);
    show("too small", raw(msgrcv, id, &m, 4, 0, 0));
    show("cut", raw(msgrcv, id, &m, 4, 0, MSG_NOERROR));
    m.type = 0;
    show("type zero", raw(msgsnd, id, &m, 4, 0));
    show("send EFAULT", raw(msgsnd, id, BAD_PTR, 4, 0));
    m.type = 1;
    MUST(raw(msgsnd, id, &m, 4, 0) == 0);
    show("receive EFAULT", raw(msgrcv, id, BAD_PTR, 64, 0, 0));
    show("too big", raw(msgsnd, id, &m, 1 << 20, 0));
    show("negative", raw(msgsnd, id, &m, -1, 0));
    show("stat EFAULT", raw(msgctl, id, IPC_STAT, BAD_PTR));
    show("bad command", raw(msgctl, id, 999, 0));
    show("remove", raw(msgctl, id, IPC_RMID, 0));
    show("removed", raw(msgsnd, id, &m, 4, 0));
    return t_end();
}
