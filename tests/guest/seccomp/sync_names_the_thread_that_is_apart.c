/* covers: seccomp */
#include <pthread.h>

#include "../filter.h"

static pthread_barrier_t bar;
static long tid[3];
static bool bound[3];

static void *run(void *arg)
{
    long i = (long) arg;
    tid[i] = syscall(SYS_gettid);
    if (i)
        MUST(filter_one(0, SYS_getpgid, ERRNO(EBADE)) == 0);
    pthread_barrier_wait(&bar);
    pthread_barrier_wait(&bar);
    bound[i] = syscall(SYS_getppid) == -1;
    pthread_barrier_wait(&bar);
    pthread_barrier_wait(&bar);
    return NULL;
}

int main(void)
{
    pthread_t t[3];
    pthread_barrier_init(&bar, NULL, 4);
    no_new_privs();
    for (long i = 0; i < 3; i++) {
        MUST(pthread_create(&t[i], NULL, run, (void *) i) == 0);
        while (!__atomic_load_n(&tid[i], __ATOMIC_ACQUIRE)) /* the kernel names the oldest */
            sched_yield();
    }
    pthread_barrier_wait(&bar);
    long r = filter_one(SECCOMP_FILTER_FLAG_TSYNC, SYS_getppid, ERRNO(EXFULL));
    printf("refused for %s\n", r == tid[1] ? "the first that is" : r == tid[2] ? "the second" : "another");
    show("with ESRCH",
         filter_one(SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_TSYNC_ESRCH, SYS_getppid, ERRNO(EXFULL)));
    show("ESRCH alone", filter_one(SECCOMP_FILTER_FLAG_TSYNC_ESRCH, SYS_getuid, ERRNO(EXFULL)));
    printf("mode %ld filters %ld\n", raw(prctl, PR_GET_SECCOMP, 0, 0, 0, 0),
           status_field("/proc/self/status", "Seccomp_filters:"));
    pthread_barrier_wait(&bar);
    pthread_barrier_wait(&bar);
    pthread_barrier_wait(&bar);
    for (int i = 0; i < 3; i++) {
        pthread_join(t[i], NULL);
        printf("thread %d: %s\n", i, bound[i] ? "bound" : "free");
    }
    show("once they are gone", filter_one(SECCOMP_FILTER_FLAG_TSYNC, SYS_getppid, ERRNO(EXFULL)));
    return t_end();
}
