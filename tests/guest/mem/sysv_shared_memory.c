/* covers: shmget shmat shmdt shmctl */
#include <sys/ipc.h>
#include <sys/shm.h>

#include "child.h"
#include "fault.h"

int main(void)
{
    struct shmid_ds ds;
    char *p, *q, *r, *hint = (char *) 0x2b0000000000ul;
    int id = shmget(IPC_PRIVATE, 3 * T_PAGE + 100, IPC_CREAT | 0600);
    MUST(id >= 0);
    fault_catch();
    show_ok("attach", (long) (p = shmat(id, NULL, 0)));
    CHECK(p[0] == 0 && p[4 * T_PAGE - 1] == 0);
    show_ok("attach again", (long) (q = shmat(id, hint, 0)));
    CHECK(q == hint);
    show_ok("attach read-only", (long) (r = shmat(id, NULL, SHM_RDONLY)));
    p[5] = 5;
    CHECK(q[5] == 5 && r[5] == 5);
    show_write("read-only", r);
    show_ok("not aligned", (long) shmat(id, hint + 1, 0));
    show_ok("over another", (long) shmat(id, hint, 0));
    show_ok("rounded", (long) (r = shmat(id, hint + 16 * T_PAGE + 55, SHM_RND)));
    CHECK(r == hint + 16 * T_PAGE);
    show_ok("over another, on purpose", (long) shmat(id, hint + 16 * T_PAGE, SHM_REMAP));
    show_ok("bad id", (long) shmat(-1, NULL, 0));
    show("stat", shmctl(id, IPC_STAT, &ds));
    printf("size %zu attached %ld mode %o\n", ds.shm_segsz, (long) ds.shm_nattch, ds.shm_perm.mode & 0777);
    show("stat to nowhere", raw(shmctl, id, IPC_STAT, BAD_PTR));
    show_status("child", IN_CHILD({
                    CHECK(q[5] == 5);
                    p[6] = 6;
                    MUST(shmctl(id, IPC_STAT, &ds) == 0);
                    printf("attached in the child %ld\n", (long) ds.shm_nattch);
                }));
    CHECK(p[6] == 6);
    show("remove", shmctl(id, IPC_RMID, NULL));
    CHECK(p[6] == 6);
    show("detach", shmdt(q));
    show_read("detached", q);
    show("detach again", shmdt(q));
    show("detach inside", shmdt(p + T_PAGE));
    show("detach", shmdt(p));
    show("detach", shmdt(r));
    show("of size 0", shmget(IPC_PRIVATE, 0, 0600));
    show("without the key", shmget(0x7e57ab1e, T_PAGE, 0600));
    return t_end();
}
