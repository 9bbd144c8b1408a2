/* covers: execve */
/* While one thread's exec fails, again and again, another closes numbers that are not its own, and keeps what it opens. */
#include "threads.h"

static _Atomic uint32_t stop;

static void *fail_to_exec(void *arg)
{
    static char *args[4000]; /* long enough to read */
    for (unsigned i = 0; i < ARRAY_SIZE(args) - 1; i++)
        args[i] = "x";
    args[ARRAY_SIZE(args) - 1] = (char *) BAD_PTR;
    while (!atomic_load(&stop))
        raw(execve, "/bin/sh", args, NULL);
    return arg;
}

int main(void)
{
    int lost = 0, first = open("/", O_RDONLY);
    close(first);
    pthread_t th = thread_start(fail_to_exec, NULL);
    for (int i = 0; i < how_often(1000, 30000); i++) {
        int fd[2];
        for (int k = 0; k < 4; k++)
            close(first + k);
        for (unsigned k = 0; k < ARRAY_SIZE(fd); k++)
            fd[k] = open("/", O_RDONLY);
        for (unsigned k = 0; k < 8; k++)
            lost += fcntl(fd[k % ARRAY_SIZE(fd)], F_GETFD) < 0;
    }
    atomic_store(&stop, 1);
    thread_join(th);
    CHECK(!lost);
    return t_end();
}
