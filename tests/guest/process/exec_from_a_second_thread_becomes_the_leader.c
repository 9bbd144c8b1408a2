/* covers: execve futex exit */
#include "child.h"
#include "threads.h"

/* The thread that calls execve takes over the pid; all others are gone, wherever they were. */
static char *self_path;
static int blocked[2];

static void *blocks(void *arg)
{
    char c;
    (void) arg;
    return (void *) read(blocked[0], &c, 1);
}

static void *spins(void *arg)
{
    (void) arg;
    for (;;)
        __asm__ volatile("");
    return NULL;
}

static void *execs(void *arg)
{
    char pid[16];
    (void) arg;
    sprintf(pid, "%d", getpid());
    char *args[] = {"prog", pid, NULL}, *env[] = {NULL};
    execve("/nonexistent", args, env);
    printf("first: %s\n", errname(errno));
    execve(self_path, args, env);
    _exit(97);
}

int main(int argc, char **argv)
{
    static char path[PATH_MAX];
    if (argc > 1) {
        char buf[4096], *p;
        CHECK(atoi(argv[1]) == getpid());
        CHECK(raw(gettid) == getpid());
        MUST(get_file("/proc/self/status", buf, sizeof(buf)) > 0);
        MUST((p = strstr(buf, "\nThreads:")));
        printf("threads %d\n", atoi(p + 9));
        return t_end();
    }
    ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
    MUST(n > 0);
    self_path = path;
    MUST(pipe2(blocked, O_CLOEXEC) == 0);
    for (int round = 0; round < 5; round++)
        show_status("leader waits", IN_CHILD({
                        thread_start(blocks, NULL);
                        thread_start(spins, NULL);
                        thread_join(thread_start(execs, NULL));
                    }));
    show_status("leader has gone before", IN_CHILD({
                    thread_start(execs, NULL);
                    pthread_exit(NULL);
                }));
    show_status("leader spins", IN_CHILD({
                    thread_start(execs, NULL);
                    spins(NULL);
                }));
    show_status("leader execs, others busy", IN_CHILD({
                    thread_start(spins, NULL);
                    thread_start(blocks, NULL);
                    execs(NULL);
                }));
    return t_end();
}
