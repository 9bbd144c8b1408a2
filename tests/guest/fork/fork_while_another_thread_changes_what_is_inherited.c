/* covers: fork umask chdir fcntl */
/* A fork takes what is inherited as it is at that moment, and does not fail because another thread changes it. */
#include "threads.h"

static atomic_bool stop;

static void *changer(void *arg)
{
    int fd = open("/", O_RDONLY);
    MUST(fd >= 0);
    for (unsigned i = 0; !atomic_load(&stop); i++) {
        umask(i & 1 ? 022 : 077);
        MUST(chdir(i & 2 ? "/" : "/dev") == 0);
        MUST(fcntl(fd, F_SETFD, i & 4 ? FD_CLOEXEC : 0) == 0);
        MUST(close(dup(fd)) == 0);
    }
    return arg;
}

int main(void)
{
    int ended = 0, status;
    umask(022);
    pthread_t th = thread_start(changer, NULL);
    for (int i = 0; i < 200; i++) {
        pid_t pid = fork();
        MUST(pid >= 0);
        if (pid == 0)
            _exit(umask(0) == 0);
        MUST(waitpid(pid, &status, 0) == pid);
        ended += status == 0;
    }
    atomic_store(&stop, true);
    thread_join(th);
    show("ended", ended);
    return t_end();
}
