/* covers: seccomp */
#include <pthread.h>

#include "../filter.h"

#define N 8
static pthread_barrier_t bar;
static long result[N], filters[N], privs[N], status_privs[N];

static void *run(void *arg)
{
    long i = (long) arg;
    char path[64];
    pthread_barrier_wait(&bar);
    pthread_barrier_wait(&bar);
    snprintf(path, sizeof path, "/proc/self/task/%ld/status", syscall(SYS_gettid));
    result[i] = syscall(SYS_getppid) == -1 ? errno : 0;
    filters[i] = status_field(path, "Seccomp_filters:");
    status_privs[i] = status_field(path, "NoNewPrivs:");
    privs[i] = raw(prctl, PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
    return NULL;
}

int main(void)
{
    pthread_t t[N];
    pthread_barrier_init(&bar, NULL, N + 1);
    for (long i = 0; i < N; i++)
        MUST(pthread_create(&t[i], NULL, run, (void *) i) == 0);
    no_new_privs();
    MUST(filter_one(0, SYS_getpgid, ERRNO(EBADE)) == 0);
    pthread_barrier_wait(&bar);
    show("sync", filter_one(SECCOMP_FILTER_FLAG_TSYNC, SYS_getppid, ERRNO(EXFULL)));
    pthread_barrier_wait(&bar);
    for (int i = 0; i < N; i++) {
        pthread_join(t[i], NULL);
        printf("%ld %ld %ld %ld\n", result[i], filters[i], privs[i], status_privs[i]);
    }
    return t_end();
}
