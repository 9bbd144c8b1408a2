/* covers: semop semctl exit_group kill execve */
#include <sys/sem.h>

#include "child.h"

static int id;

static void add(int by, int flags)
{
    struct sembuf op = {0, (short) by, (short) flags};
    MUST(semop(id, &op, 1) == 0);
}

static void value(const char *name)
{
    printf("%s: %d\n", name, semctl(id, 0, GETVAL));
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        id = atoi(argv[1]);
        value("after exec, not undone yet");
        return 0;
    }
    MUST((id = semget(IPC_PRIVATE, 2, 0600)) >= 0);
    add(10, 0);
    IN_CHILD(add(3, SEM_UNDO); add(-5, SEM_UNDO); value("in the child"));
    value("exit");
    pid_t pid = fork();
    if (pid == 0) {
        add(-7, SEM_UNDO);
        raise(SIGKILL);
    }
    show_status("killed", reap(pid));
    value("kill");
    IN_CHILD(add(-2, 0));
    value("without undo");
    char num[16];
    snprintf(num, sizeof(num), "%d", id);
    IN_CHILD(add(-4, SEM_UNDO); execl("/proc/self/exe", argv[0], num, NULL));
    value("exec and exit");
    IN_CHILD(add(-4, SEM_UNDO); MUST(semctl(id, 0, SETVAL, 50) == 0));
    value("setting clears what is to be undone");
    IN_CHILD(add(5, SEM_UNDO); IN_CHILD(add(-55, 0)); value("all taken"));
    value("undo stops at 0");
    /* a child does not undo its parent's */
    pid = fork();
    if (pid == 0) {
        add(20, SEM_UNDO);
        IN_CHILD(value("grandchild"));
        value("child");
        _exit(0);
    }
    reap(pid);
    value("end");
    semctl(id, 0, IPC_RMID);
    return t_end();
}
