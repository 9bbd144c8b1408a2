/* covers: seccomp */
#include <pthread.h>

#include "../listener.h"

/* One thread listens to the others of its process. */
static pthread_barrier_t bar;
static long got[3];

static void *run(void *arg)
{
    long i = (long) arg;
    pthread_barrier_wait(&bar);
    pthread_barrier_wait(&bar);
    got[i] = syscall(SYS_getpgid, i);
    return NULL;
}

int main(void)
{
    pthread_t t[3];
    pthread_barrier_init(&bar, NULL, 4);
    for (long i = 0; i < 3; i++)
        MUST(pthread_create(&t[i], NULL, run, (void *) i) == 0);
    pthread_barrier_wait(&bar);
    no_new_privs();
    int l =
        (int) filter_one(SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_TSYNC_ESRCH,
                         SYS_getpgid, SECCOMP_RET_USER_NOTIF);
    CHECK(l >= 0);
    pthread_barrier_wait(&bar);
    for (int i = 0; i < 3; i++) {
        struct seccomp_notif n = ask_next(l);
        say(l, n.id, 0, 100 + (long) n.data.args[0], 0);
    }
    for (int i = 0; i < 3; i++) {
        pthread_join(t[i], NULL);
        printf("%ld\n", got[i]);
    }
    return t_end();
}
