/* covers: openat eventfd2 pipe2 socket accept */
/* With its table full a thread gets no descriptor, whatever other threads do meanwhile. */
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "child.h"
#include "threads.h"

static _Atomic uint32_t stop;

static void *forks(void *arg)
{
    for (int i = 0; i < how_often(150, 2000); i++)
        IN_CHILD();
    atomic_store(&stop, 1);
    return arg;
}

int main(void)
{
    int got = 0, fd[2];
    struct rlimit lim;
    getrlimit(RLIMIT_NOFILE, &lim);
    lim.rlim_cur = 64;
    MUST(setrlimit(RLIMIT_NOFILE, &lim) == 0);
    while (dup(1) >= 0)
        ;
    pthread_t th = thread_start(forks, NULL);
    while (!atomic_load(&stop)) {
        got += open("/dev/null", O_RDONLY) >= 0;
        got += eventfd(0, 0) >= 0;
        got += pipe(fd) == 0;
        got += socket(AF_UNIX, SOCK_STREAM, 0) >= 0;
    }
    thread_join(th);
    printf("descriptors: %d\n", got);
    return t_end();
}
