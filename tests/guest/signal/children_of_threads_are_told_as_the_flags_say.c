/* covers: wait4 rt_sigaction */
#include "child.h"
#include "threads.h"

/* SA_NOCLDWAIT and SIG_IGN with children that several threads make and wait for: no zombies, and every wait ends with ECHILD. */
enum { THREADS = 4, EACH = 3 };
static volatile sig_atomic_t told;

static void handler(int sig)
{
    (void) sig;
    told = 1;
}

static void *forks(void *arg)
{
    int statuses = 0;
    (void) arg;
    for (int i = 0; i < EACH; i++) {
        pid_t pid = fork();
        MUST(pid >= 0);
        if (pid == 0)
            _exit(i);
        int status = 0;
        pid_t r;
        while ((r = waitpid(pid, &status, 0)) < 0 && errno == EINTR)
            ;
        statuses += r == pid ? 1 + WEXITSTATUS(status) : errno == ECHILD ? 100 : 10000;
    }
    return (void *) (intptr_t) statuses;
}

static void round_of(const char *name, void (*fn)(int), int flags)
{
    struct sigaction sa = {.sa_handler = fn, .sa_flags = flags};
    pthread_t th[THREADS];
    MUST(sigaction(SIGCHLD, &sa, NULL) == 0);
    told = 0;
    for (int i = 0; i < THREADS; i++)
        th[i] = thread_start(forks, NULL);
    printf("%s:", name);
    for (int i = 0; i < THREADS; i++)
        printf(" %ld", (long) thread_join(th[i]));
    printf(", told %d", (int) told);
    printf(", left %s\n", waitpid(-1, NULL, 0) < 0 ? errname(errno) : "one");
}

int main(void)
{
    round_of("default", SIG_DFL, 0);
    round_of("handler", handler, 0);
    round_of("handler that restarts", handler, SA_RESTART);
    round_of("handler, no zombies", handler, SA_NOCLDWAIT | SA_RESTART);
    round_of("ignored", SIG_IGN, 0);
    round_of("default, no zombies", SIG_DFL, SA_NOCLDWAIT);
    return t_end();
}
