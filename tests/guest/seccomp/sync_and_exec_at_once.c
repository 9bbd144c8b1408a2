/* covers: seccomp execve */
#include <pthread.h>

#include "../filter.h"

/* Once TSYNC has returned to a thread, an exec of another one is bound, too: or the call never returned. */
static int *returned;

static void *sync_all(void *arg)
{
    if (filter_one(SECCOMP_FILTER_FLAG_TSYNC, SYS_getppid, ERRNO(EXFULL)) == 0)
        __atomic_store_n(returned, 1, __ATOMIC_RELEASE);
    for (;;)
        pause();
    return arg;
}

int main(int argc, char **argv)
{
    char fd[16];
    if (argc > 1) {
        returned = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, atoi(argv[1]), 0);
        bool bound = syscall(SYS_getppid) == -1;
        return *returned && !bound;
    }
    int mem = memfd_create("m", 0);
    MUST(ftruncate(mem, 4096) == 0);
    returned = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, mem, 0);
    snprintf(fd, sizeof fd, "%d", mem);
    char *args[] = {argv[0], fd, NULL};
    no_new_privs();
    int rounds = how_often(20, 200);
    for (int i = 0; i < rounds; i++) {
        *returned = 0;
        SHOW_CHILD("round", {
            pthread_t t;
            MUST(pthread_create(&t, NULL, sync_all, NULL) == 0);
            for (int k = 0; k < i % 10; k++)
                sched_yield();
            execv("/proc/self/exe", args);
        });
    }
    return t_end();
}
