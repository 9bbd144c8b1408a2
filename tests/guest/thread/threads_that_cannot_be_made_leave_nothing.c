/* covers: clone prlimit64 setresuid tgkill */
#pragma GCC diagnostic ignored "-Wclobbered"
#include <sys/resource.h>

#include "child.h"
#include "rawthread.h"

/* At the limit of processes of a user that has no others: EAGAIN, nothing stored, nothing to wait for; and when some have ended, there is room. */
enum { MANY = 40 };
static _Atomic uint32_t go;

static int waits(void *arg)
{
    (void) arg;
    word_wait(&go, 1);
    raw(exit, 0);
    return 0;
}

static int fill(struct raw_thread *r, int *failed_with)
{
    uint64_t flags = CLONE_FS | CLONE_FILES | CLONE_SYSVSEM | CLONE_PARENT_SETTID;
    for (int i = 0; i < MANY; i++)
        if (raw_thread(&r[i], waits, flags, NULL) < 0) {
            *failed_with = errno;
            CHECK(r[i].parent_tid == 0 && atomic_load(&r[i].cleared) == 1);
            return i;
        }
    return MANY;
}

static void at_the_limit(void)
{
    static struct raw_thread r[MANY];
    struct rlimit limit = {24, 24};
    int status, first = 0, e = 0;
    MUST(setrlimit(RLIMIT_NPROC, &limit) == 0);
    for (int round = 0; round < 3; round++) {
        atomic_store(&go, 0);
        int n = fill(r, &e);
        printf("some were made %d, then %s", n >= 16 && n < 24, errname(e));
        errno = 0;
        pid_t pid = fork();
        printf(", fork %s", pid < 0 ? errname(errno) : "ok");
        if (pid == 0)
            _exit(0);
        pid = vfork();
        if (pid == 0)
            _exit(0);
        printf(", vfork %s", pid < 0 ? errname(errno) : "ok");
        printf(", no child %s\n", waitpid(-1, &status, 0) < 0 ? errname(errno) : "there is one");
        word_set(&go, 1);
        for (int i = 0; i < n; i++)
            raw_join(&r[i]);
        for (int i = 0; i < n; i++) /* until it is gone it counts */
            while (raw(tgkill, getpid(), (pid_t) r[i].parent_tid, 0) == 0)
                sched_yield();
        CHECK(!round || n >= first);
        first = n;
    }
    _exit(0);
}

int main(void)
{
    struct gate up;
    uid_t uid = 100000000u + (uid_t) getpid();
    gate_init(&up);
    pid_t pid = fork();
    MUST(pid >= 0);
    if (pid == 0) {
        if (raw(setresuid, uid, uid, uid) < 0) {
            printf("not root\n");
            _exit(0);
        }
        at_the_limit();
    }
    show_wait("child", pid);
    return t_end();
}
