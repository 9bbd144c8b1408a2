/* covers: semop semctl exit clone */
#include <sys/ipc.h>
#include <sys/sem.h>

#include "child.h"
#include "threads.h"

/* Threads share their SEM_UNDO: nothing is undone when one ends, all when the last does, by exit, exec (kept) or a signal. */
static int sems;

static void add(int n)
{
    struct sembuf b = {0, (short) n, SEM_UNDO};
    MUST(semop(sems, &b, 1) == 0);
}

static void *adds(void *arg)
{
    add((int) (intptr_t) arg);
    return NULL;
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        sems = atoi(argv[1]);
        printf("after exec: %d\n", semctl(sems, 0, GETVAL));
        add(100);
        return 0;
    }
    char id[16];
    MUST((sems = semget(IPC_PRIVATE, 1, 0600)) >= 0);
    snprintf(id, sizeof(id), "%d", sems);
    int status = IN_CHILD({
        thread_join(thread_start(adds, (void *) 3l));
        thread_join(thread_start(adds, (void *) 4l));
        printf("two threads have ended: %d\n", semctl(sems, 0, GETVAL));
        show_status("its child", IN_CHILD(add(20)));
        printf("a child has ended: %d\n", semctl(sems, 0, GETVAL));
    });
    show_status("process", status);
    printf("all ended: %d\n", semctl(sems, 0, GETVAL));
    status = IN_CHILD({
        thread_join(thread_start(adds, (void *) 5l));
        raise(SIGKILL);
    });
    show_status("killed", status);
    printf("then: %d\n", semctl(sems, 0, GETVAL));
    status = IN_CHILD({
        thread_join(thread_start(adds, (void *) 6l));
        execl("/proc/self/exe", argv[0], id, (char *) NULL);
    });
    show_status("another program", status);
    printf("at last: %d\n", semctl(sems, 0, GETVAL));
    semctl(sems, 0, IPC_RMID);
    return t_end();
}
