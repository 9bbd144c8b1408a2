/* covers: futex */
/* translated: not riscv64 (it does not end under the translator outside, so there is nothing to compare with) */
/* only: glibc (what the C library says of misuse is its own) */
#include "threads.h"

static void kind(const char *name, int type, int protocol, int robust, int shared)
{
    pthread_mutexattr_t a;
    pthread_mutex_t m;
    struct timespec past = {1, 0};
    pthread_mutexattr_init(&a);
    printf("%s: %s", name, errname(pthread_mutexattr_settype(&a, type)));
    printf(" %s", errname(pthread_mutexattr_setprotocol(&a, protocol)));
    printf(" %s", errname(pthread_mutexattr_setrobust(&a, robust)));
    printf(" %s", errname(pthread_mutexattr_setpshared(&a, shared)));
    printf(" init %s", errname(pthread_mutex_init(&m, &a)));
    printf(" lock %s", errname(pthread_mutex_lock(&m)));
    if (type != PTHREAD_MUTEX_NORMAL)
        printf(" again %s", errname(pthread_mutex_lock(&m)));
    printf(" try %s", errname(pthread_mutex_trylock(&m)));
    printf(" until %s", errname(pthread_mutex_timedlock(&m, &past)));
    printf(" unlock %s", errname(pthread_mutex_unlock(&m)));
    if (type != PTHREAD_MUTEX_NORMAL)
        printf(" %s %s %s", errname(pthread_mutex_unlock(&m)), errname(pthread_mutex_unlock(&m)),
               errname(pthread_mutex_unlock(&m)));
    printf(" destroy %s\n", errname(pthread_mutex_destroy(&m)));
}

int main(void)
{
    for (int robust = 0; robust < 2; robust++)
        for (int shared = 0; shared < 2; shared++)
            for (int protocol = 0; protocol < 2; protocol++) {
                printf("robust %d shared %d protocol %d\n", robust, shared, protocol);
                kind("normal", PTHREAD_MUTEX_NORMAL, protocol, robust, shared);
                kind("errorcheck", PTHREAD_MUTEX_ERRORCHECK, protocol, robust, shared);
                kind("recursive", PTHREAD_MUTEX_RECURSIVE, protocol, robust, shared);
            }
    return t_end();
}
