/* covers: seccomp clone */
#include <pthread.h>

#include "../filter.h"

static pthread_barrier_t bar;

static void *second(void *arg)
{
    (void) arg;
    printf("inherited: %d\n", (int) syscall(SYS_getppid));
    MUST(filter_one(0, SYS_getpgid, ERRNO(EBADE)) == 0);
    pthread_barrier_wait(&bar);
    show("own", syscall(SYS_getpgid, 0));
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%ld/status", syscall(SYS_gettid));
    printf("filters %ld\n", status_field(path, "Seccomp_filters:"));
    pthread_barrier_wait(&bar);
    return NULL;
}

int main(void)
{
    pthread_t t;
    pthread_barrier_init(&bar, NULL, 2);
    no_new_privs();
    MUST(filter_one(0, SYS_getppid, ERRNO(EXFULL)) == 0);
    MUST(pthread_create(&t, NULL, second, NULL) == 0);
    pthread_barrier_wait(&bar);
    pthread_barrier_wait(&bar);
    pthread_join(t, NULL);
    show_ok("not the others'", syscall(SYS_getpgid, 0));
    printf("filters %ld\n", status_field("/proc/self/status", "Seccomp_filters:"));
    return t_end();
}
