/* covers: fork mmap munmap mprotect futex */
/* svm: no (too much work, or memory, for the emulated host) */
#include "child.h"
#include "threads.h"

/* 64 threads write, map and make system calls at full speed while one forks: each child works, and no thread of the
 * parent is disturbed. */
enum { N = 64, FORKS = 5 };
static atomic_bool stop;
static _Atomic uint64_t moves;
static _Atomic uint32_t wrong;

static void *busy(void *arg)
{
    unsigned me = (unsigned) (uintptr_t) arg;
    char *own = mmap(NULL, 4 * T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (uint64_t i = 0; !atomic_load(&stop); i++) {
        memset(own, (int) (i + me), 4 * T_PAGE);
        if (me % 4 == 0) {
            char *p = mmap(NULL, 2 * T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            p[0] = 1;
            mprotect(p, T_PAGE, PROT_READ);
            munmap(p, 2 * T_PAGE);
        } else if (me % 4 == 1) {
            raw(getppid);
        }
        if (own[2 * T_PAGE] != (char) (i + me) || own[4 * T_PAGE - 1] != (char) (i + me))
            atomic_fetch_add(&wrong, 1);
        atomic_fetch_add(&moves, 1);
        sched_yield();
    }
    return NULL;
}

int main(void)
{
    pthread_t th[N];
    pthread_attr_t at;
    int bad = 0;
    pthread_attr_init(&at);
    pthread_attr_setstacksize(&at, 65536);
    for (int i = 0; i < N; i++)
        MUST(pthread_create(&th[i], &at, busy, (void *) (intptr_t) i) == 0);
    for (int i = 0; i < FORKS; i++) {
        pid_t pid = fork();
        MUST(pid >= 0);
        if (pid == 0) {
            char *p = mmap(NULL, 64 * T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            if (p == MAP_FAILED)
                _exit(1);
            for (int k = 0; k < 64 * T_PAGE; k++)
                if (p[k])
                    _exit(2);
            memset(p, 1, 64 * T_PAGE);
            if (munmap(p, 64 * T_PAGE) != 0)
                _exit(3);
            pid_t grandchild = fork();
            if (grandchild == 0)
                _exit(7);
            int status = reap(grandchild);
            _exit(WIFEXITED(status) && WEXITSTATUS(status) == 7 ? 0 : 4);
        }
        bad += reap(pid) != 0;
        until_moved(&moves, 10);
    }
    atomic_store(&stop, true);
    for (int i = 0; i < N; i++)
        thread_join(th[i]);
    printf("%d bad children, %u wrong bytes\n", bad, atomic_load(&wrong));
    return t_end();
}
