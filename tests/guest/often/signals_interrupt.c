/* covers: read rt_sigaction */
#include <sys/time.h>

#include "child.h"

/* A call that is made often waits, is interrupted and made again as one that is made once. */
#define OFTEN 700

static volatile int *rung; /* a child's, too */

static void on_alarm(int sig)
{
    (void) sig;
    ++*rung;
    getppid();
}

static void in(long usec)
{
    struct itimerval it = {.it_value.tv_usec = usec, .it_interval.tv_usec = usec}; /* it may ring before the call */
    MUST(setitimer(ITIMER_REAL, &it, NULL) == 0);
}

int main(void)
{
    struct sigaction act = {.sa_handler = on_alarm};
    int fd[2], wrong = 0;
    char c = 'a';
    rung = shared_mem(T_PAGE);
    MUST(pipe(fd) == 0);
    MUST(sigaction(SIGALRM, &act, NULL) == 0);
    for (int i = 0; i < OFTEN; i++) {
        int before = *rung;
        in(2000); /* longer than a handler of a translated program takes */
        wrong += read(fd[0], &c, 1) != -1 || errno != EINTR || *rung == before;
    }
    in(0);
    printf("interrupted: wrong %d\n", wrong);
    act.sa_flags = SA_RESTART;
    MUST(sigaction(SIGALRM, &act, NULL) == 0);
    for (int i = 0; i < 50; i++) {
        int before = *rung;
        pid_t child = fork();
        MUST(child >= 0);
        if (child == 0) {
            while (*rung == before)
                usleep(100);
            _exit(write(fd[1], "b", 1) != 1);
        }
        int status;
        in(2000);
        wrong += read(fd[0], &c, 1) != 1 || c != 'b' || *rung == before;
        wrong += waitpid(child, &status, 0) != child || status;
        in(0);
    }
    printf("made again: wrong %d\n", wrong);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGALRM);
    for (int i = 0; i < 50; i++) { /* blocked, so it waits until it is not */
        int before = *rung;
        sigprocmask(SIG_BLOCK, &set, NULL);
        MUST(raise(SIGALRM) == 0);
        for (int k = 0; k < 20; k++)
            getppid();
        wrong += *rung != before;
        sigprocmask(SIG_UNBLOCK, &set, NULL);
        wrong += *rung != before + 1;
    }
    printf("blocked: wrong %d\n", wrong);
    return t_end();
}
