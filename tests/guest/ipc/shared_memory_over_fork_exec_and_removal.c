/* covers: shmget shmat shmdt shmctl fork execve */
#include <sys/shm.h>

#include "child.h"

static int id;

static void attached(const char *name)
{
    struct shmid_ds ds;
    if (shmctl(id, IPC_STAT, &ds) < 0)
        printf("%s: %s\n", name, errname(errno));
    else
        printf("%s: %lu attached, mode %o, size %zu\n", name, ds.shm_nattch, ds.shm_perm.mode, ds.shm_segsz);
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        id = atoi(argv[1]);
        attached("exec drops it");
        int *p = shmat(id, NULL, SHM_RDONLY);
        printf("read %d\n", p == (void *) -1 ? -1 : *p);
        return 0;
    }
    struct gate ready, go;
    gate_init(&ready);
    gate_init(&go);
    MUST((id = shmget(IPC_PRIVATE, 10000, 0600)) >= 0);
    attached("new");
    int *p = shmat(id, NULL, 0), *q = shmat(id, NULL, SHM_RDONLY);
    MUST(p != (void *) -1 && q != (void *) -1);
    attached("twice");
    *p = 5;
    printf("the same memory: %d\n", *q);
    pid_t pid = fork();
    if (pid == 0) {
        attached("fork");
        *p = 6;
        gate_open(&ready);
        gate_wait(&go);
        printf("child reads %d\n", *p);
        _exit(0);
    }
    gate_wait(&ready);
    printf("child wrote %d\n", *q);
    char num[16];
    snprintf(num, sizeof(num), "%d", id);
    IN_CHILD(execl("/proc/self/exe", argv[0], num, NULL));
    attached("afterwards");
    show("remove", shmctl(id, IPC_RMID, NULL));
    attached("marked");
    *p = 7;
    gate_open(&go);
    reap(pid);
    attached("child gone");
    show("detach", shmdt(p));
    printf("still %d\n", *q);
    show("detach", shmdt(q));
    attached("gone");
    return t_end();
}
