/* covers: getppid fork */
#include <signal.h>

#include "child.h"
#include "threads.h"

/* Threads come by one place at the same time, again and again, while their process forks and signals reach them. */
#define THREADS 4

static atomic_int stop, wrong, rung;

static void on_signal(int sig)
{
    (void) sig;
    rung++;
    wrong += getppid() <= 0;
}

static void *call(void *arg)
{
    int fd = open("/dev/zero", O_RDONLY);
    double d = (double) (intptr_t) arg;
    long calls = 0;
    char c = 1;
    do { /* once at least: it may get a processor late */
        wrong += getppid() <= 0;
        wrong += read(fd, &c, 1) != 1 || c != 0;
        d += 0.25;
        wrong += d != (double) (intptr_t) arg + 0.25 * (double) ++calls;
    } while (!stop);
    close(fd);
    return (void *) calls;
}

int main(void)
{
    pthread_t th[THREADS];
    struct sigaction act = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    MUST(sigaction(SIGUSR1, &act, NULL) == 0);
    for (intptr_t i = 0; i < THREADS; i++)
        th[i] = thread_start(call, (void *) i);
    for (int i = 0; i < 30; i++) {
        CHECK(IN_CHILD(for (int k = 0; k < 50; k++) wrong += getppid() <= 0; _exit(wrong != 0)) == 0);
        CHECK(pthread_kill(th[i % THREADS], SIGUSR1) == 0);
    }
    stop = 1;
    for (int i = 0; i < THREADS; i++)
        CHECK(thread_join(th[i]) != NULL);
    printf("wrong %d, signals %s\n", wrong, rung > 0 ? "came" : "none");
    return t_end();
}
