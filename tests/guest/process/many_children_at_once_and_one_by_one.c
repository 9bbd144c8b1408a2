/* covers: fork wait4 */
#include "child.h"

static int open_fds(void)
{
    int n = 0;
    for (int fd = 0; fd < 256; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

int main(void)
{
    enum { N = 200 };
    pid_t pids[N];
    struct gate go;
    int sum = 0, wrong = 0, before = open_fds();
    for (int i = 0; i < 100; i++) {
        pid_t pid = fork();
        MUST(pid >= 0);
        if (pid == 0)
            _exit(i);
        int status = reap(pid);
        wrong += !WIFEXITED(status) || WEXITSTATUS(status) != i;
    }
    printf("one by one: %d wrong\n", wrong);
    CHECK(open_fds() == before);
    gate_init(&go);
    for (int i = 0; i < N; i++) {
        MUST((pids[i] = fork()) >= 0);
        if (pids[i] == 0) {
            gate_wait(&go);
            _exit(i + 1);
        }
    }
    for (int i = 0; i < N; i++)
        CHECK(kill(pids[i], 0) == 0);
    for (int i = 0; i < N; i++)
        gate_open(&go);
    for (int i = 0; i < N; i++) {
        int status = 0;
        pid_t pid = wait(&status);
        for (int k = 0; k < N; k++)
            if (pids[k] == pid) {
                wrong += WEXITSTATUS(status) != k + 1;
                sum += WEXITSTATUS(status);
                pids[k] = 0;
            }
    }
    printf("at once: %d wrong, sum %d\n", wrong, sum);
    show("no more", wait(NULL));
    close(go.fd[0]);
    close(go.fd[1]);
    CHECK(open_fds() == before);
    return t_end();
}
