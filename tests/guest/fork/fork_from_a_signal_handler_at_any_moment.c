/* covers: fork setitimer rt_sigreturn */
#include <sys/time.h>

#include "child.h"

/* A timer interrupts a computation, and the handler forks: parent and child both finish it. */
static volatile int forks_left = 12, is_child;
static volatile pid_t kids[16];
static volatile int n;

static void handler(int sig)
{
    (void) sig;
    if (is_child || forks_left == 0)
        return;
    forks_left--;
    pid_t pid = fork();
    if (pid == 0)
        is_child = 1;
    else if (pid > 0)
        kids[n++] = pid;
}

static uint64_t compute(void)
{
    uint64_t x = 88172645463325252ull;
    double d = 0;
    for (int i = 0; i < 3000000; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        d += (double) (x & 1023) * 0.5;
    }
    return x ^ (uint64_t) d;
}

int main(void)
{
    struct itimerval it = {.it_value = {0, 1000}, .it_interval = {0, 1000}};
    struct sigaction sa = {.sa_handler = handler, .sa_flags = SA_RESTART};
    uint64_t want = compute(), got;
    sigaction(SIGALRM, &sa, NULL);
    MUST(setitimer(ITIMER_REAL, &it, NULL) == 0);
    int wrong = 0;
    do {
        got = compute();
        if (is_child)
            _exit(got != want);
        wrong += got != want;
    } while (forks_left);
    /* forked between the last computation and here */
    if (is_child)
        _exit(0);
    memset(&it, 0, sizeof(it));
    setitimer(ITIMER_REAL, &it, NULL);
    for (int i = 0; i < n; i++)
        wrong += reap(kids[i]) != 0;
    printf("%d children, %d wrong\n", n, wrong);
    return t_end();
}
