/* covers: fork vfork clone prlimit64 setresuid wait4 */
#include <spawn.h>
#include <sys/resource.h>

#include "child.h"

extern char **environ;

static int open_fds(void)
{
    int n = 0;
    for (int fd = 0; fd < 256; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

int main(void)
{
    /* the limit does not hold for root */
    struct rlimit rl = {1, 1};
    if (geteuid() == 0)
        MUST(setresuid(65534, 65534, 65534) == 0);
    MUST(setrlimit(RLIMIT_NPROC, &rl) == 0);
    int before = open_fds(), again = 0;
    pid_t pid;
    for (int i = 0; i < 50; i++) {
        pid = (pid_t) raw(fork);
        if (pid == 0)
            _exit(1);
        again += pid < 0 && errno == EAGAIN;
        if (pid > 0)
            reap(pid);
    }
    /* only the limit of a user with processes already is reached: one that has none gets one child */
    printf("%s\n", again == 50 || again == 0 ? "all alike" : "some");
    if (again == 50) {
        pid = vfork();
        if (pid == 0)
            _exit(1);
        show("vfork", pid);
        show("clone", raw(clone, SIGCHLD, 0, 0, 0, 0));
        char *args[] = {"true", NULL};
        printf("spawn %s\n", errname(posix_spawn(&pid, "/bin/true", NULL, NULL, args, environ)));
    }
    CHECK(open_fds() == before);
    show("no child", waitpid(-1, NULL, WNOHANG));
    return t_end();
}
