/* covers: rt_sigaction exit_group */
#include "told.h"

/* The rest of the program runs inside handlers, each inside the last. */
static volatile int depth;

static void handler(int sig)
{
    (void) sig;
    depth++;
    if (depth < 200)
        raise(SIGUSR1);
    printf("deep %d\n", depth);
    int st = IN_CHILD(printf("a child inside\n"));
    show_status("child", st);
    exit(t_end());
}

int main(void)
{
    struct sigaction sa = {.sa_handler = handler, .sa_flags = SA_NODEFER};
    sigaction(SIGUSR1, &sa, NULL);
    raise(SIGUSR1);
    return 1;
}
