/* covers: vfork fork clone exit */
#pragma GCC diagnostic ignored "-Wclobbered"
/* A process that a vfork child forks has memory of its own again, and threads that end one by one. */
#include "threads.h"

static void *body(void *arg)
{
    return arg;
}

int main(void)
{
    int status, fd[2];
    MUST(pipe(fd) == 0);
    pid_t pid = vfork();
    if (pid == 0) {
        pid_t child = fork();
        if (child == 0) {
            pthread_t th;
            for (int i = 0; i < 20; i++) {
                if (pthread_create(&th, NULL, body, NULL))
                    _exit(2);
                pthread_join(th, NULL);
            }
            pid_t again = fork();
            if (again == 0)
                _exit(6);
            int st = 0;
            if (waitpid(again, &st, 0) != again || st != 0x600)
                _exit(3);
            write(fd[1], "t", 1);
            _exit(5);
        }
        waitpid(child, &status, 0);
        _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 99);
    }
    show_wait("vfork child", pid);
    char c = 0;
    close(fd[1]);
    show("told", read(fd[0], &c, 1));
    return t_end();
}
