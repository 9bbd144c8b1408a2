/* covers: vfork clone */
/* A vfork child that makes a vfork child of its own leaves nothing behind that its parent's threads trip over. */
#pragma GCC diagnostic ignored "-Wclobbered"
#include "threads.h"

static void *body(void *arg)
{
    return arg;
}

int main(void)
{
    int status;
    pid_t pid = vfork();
    if (pid == 0) {
        pid_t inner = vfork();
        if (inner == 0)
            _exit(3);
        waitpid(inner, &status, 0);
        _exit(WEXITSTATUS(status) + 1);
    }
    show_wait("vfork child", pid);
    pthread_t th[5];
    for (int i = 0; i < 5; i++)
        th[i] = thread_start(body, NULL);
    for (int i = 0; i < 5; i++)
        thread_join(th[i]);
    return t_end();
}
