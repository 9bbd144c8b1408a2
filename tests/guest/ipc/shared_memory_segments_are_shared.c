/* covers: shmget shmat shmdt shmctl */
#include "t.h"
#include <sys/ipc.h>
#include <sys/shm.h>

#define SIZE (3 * T_PAGE + 100)

int main(void)
{
    struct shmid_ds ds;
    char *a, *b;
    int id = (int) raw(shmget, IPC_PRIVATE, SIZE, IPC_CREAT | 0600);
    pid_t pid;

    show_ok("shmget", id);
    MUST(id >= 0);
    a = (char *) raw(shmat, id, 0, 0);
    show_ok("attach", (long) a);
    MUST((long) a != -1);
    b = (char *) raw(shmat, id, 0, SHM_RDONLY);
    show_ok("attach read-only", (long) b);
    CHECK(a != b && (long) a % T_PAGE == 0);
    strcpy(a + 2 * T_PAGE, "seen in both");
    printf("%s\n", b + 2 * T_PAGE);
    show("stat", raw(shmctl, id, IPC_STAT, &ds));
    printf("size %lu attached %lu mode %o\n", (unsigned long) ds.shm_segsz, (unsigned long) ds.shm_nattch,
           (unsigned) ds.shm_perm.mode);
    pid = fork();
    if (pid == 0) {
        if (raw(shmctl, id, IPC_STAT, &ds) < 0 || ds.shm_nattch != 4)
            _exit(2);
        strcpy(a, "written by the child");
        _exit(0);
    }
    show_wait("child", pid);
    printf("%s\n", b);
    pid = fork();
    if (pid == 0) {
        b[0] = 'x'; /* read-only: a fault */
        _exit(0);
    }
    show_wait("write to read-only", pid);
    show("detach", raw(shmdt, b));
    show("detach again", raw(shmdt, b));
    MUST(raw(shmctl, id, IPC_STAT, &ds) == 0);
    printf("attached %lu\n", (unsigned long) ds.shm_nattch);
    show("at the same place", raw(shmat, id, a, 0));
    b = (char *) raw(shmat, id, a + (64 << 20), 0);
    show("at a chosen place", b == a + (64 << 20));
    if ((long) b != -1) {
        printf("%s\n", b);
        show("remapped over itself", raw(shmat, id, b, SHM_REMAP) == (long) b);
        show("detach", raw(shmdt, b));
    }
    show("unaligned", raw(shmat, id, a + (64 << 20) + 100, 0));
    b = (char *) raw(shmat, id, a + (64 << 20) + 100, SHM_RND);
    show("rounded", b == a + (64 << 20));
    show("remove", raw(shmctl, id, IPC_RMID, 0));
    strcpy(a, "still attached");
    printf("%s\n", a);
    show("detach", raw(shmdt, a));
    show("detach", raw(shmdt, b));
    show("gone", raw(shmat, id, 0, 0));
    show("size zero", raw(shmget, IPC_PRIVATE, 0, 0600));
    show("absent", raw(shmget, 0x7e57e57e, 1, 0));
    show("stat EFAULT", (id = (int) raw(shmget, IPC_PRIVATE, 1, 0600), raw(shmctl, id, IPC_STAT, BAD_PTR)));
    show("remove", raw(shmctl, id, IPC_RMID, 0));
    show("detach nothing", raw(shmdt, 0));
    return t_end();
}
