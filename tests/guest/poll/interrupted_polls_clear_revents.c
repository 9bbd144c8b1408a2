/* covers: poll ppoll select */
/* A poll that a signal ended has told of no events; and a time that no clock has is refused. */
#include <poll.h>
#include <sys/time.h>

#include "t.h"

static void handler(int sig)
{
    (void) sig;
}

int main(void)
{
    struct sigaction sa = {.sa_handler = handler};
    struct itimerval often = {{0, 5000}, {0, 5000}}, never = {{0, 0}, {0, 0}};
    int64_t tv[2] = {INT64_MAX, 1000000};
    int pipe_fd[2];
    MUST(pipe(pipe_fd) == 0);
    struct pollfd p[2] = {{pipe_fd[0], POLLIN, 0x55}, {-1, POLLIN, 0x66}};
    sigaction(SIGALRM, &sa, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    show("poll", raw(poll, p, 2, -1));
    printf("%x %x\n", (unsigned) p[0].revents, (unsigned) p[1].revents);
    p[0].revents = p[1].revents = 0x77;
    show("ppoll", raw(ppoll, p, 2, NULL, NULL, 8));
    printf("%x %x\n", (unsigned) p[0].revents, (unsigned) p[1].revents);
    show("select", raw(select, 0, NULL, NULL, NULL, tv));
    setitimer(ITIMER_REAL, &never, NULL);
    return t_end();
}
