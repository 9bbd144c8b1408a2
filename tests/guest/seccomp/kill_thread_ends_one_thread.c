/* covers: seccomp */
#include <pthread.h>
#include <sys/resource.h>

#include "../filter.h"

static int killed_tid; /* cleared by the kernel at the end of that thread */

static void *victim(void *arg)
{
    uint32_t action = (uint32_t) (long) arg;
    raw(set_tid_address, &killed_tid);
    if (action)
        MUST(filter_one(0, SYS_getppid, action) == 0);
    else
        MUST(raw(seccomp, SECCOMP_SET_MODE_STRICT, 0, 0) == 0);
    syscall(SYS_getppid);
    puts("survived");
    return NULL;
}

static void one(const char *name, uint32_t action)
{
    SHOW_CHILD(name, {
        pthread_t t;
        killed_tid = 1;
        MUST(pthread_create(&t, NULL, victim, (void *) (long) action) == 0);
        while (__atomic_load_n(&killed_tid, __ATOMIC_ACQUIRE))
            raw(futex, &killed_tid, 0, 1, 0, 0, 0);
        printf("%s: the others live\n", name);
        _exit(4);
    });
}

int main(void)
{
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    no_new_privs();
    one("kill thread", SECCOMP_RET_KILL_THREAD);
    one("strict", 0);
    one("kill process", SECCOMP_RET_KILL_PROCESS);
    return t_end();
}
