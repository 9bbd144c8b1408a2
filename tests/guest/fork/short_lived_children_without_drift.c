/* covers: fork vfork wait4 */
#include "child.h"
#include "maps.h"

/* Hundreds of children, 2,000 in a full run, some of them killed at any moment of their start: the same descriptors, mappings and children
 * as before. */

/* Not by statm, in which a translator's own memory is seen to grow. */
static unsigned long mapped(void)
{
    unsigned long bytes = 0;
    MUST(maps_read("/proc/self/maps") > 0);
    for (int i = 0; i < maps_count; i++)
        bytes += maps[i].end - maps[i].start;
    return bytes;
}

static int open_fds(void)
{
    int n = 0;
    for (int fd = 0; fd < 1000; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

int main(void)
{
    static int killed, bad;
    printf("start\n"); /* the C library's buffer is there from now on */
    int fds = open_fds();
    unsigned long size = mapped();
    for (int i = 0; i < how_often(150, 2000); i++) {
        pid_t pid = fork();
        MUST(pid >= 0);
        if (pid == 0) {
            for (volatile int k = 0; k < i * 50; k++)
                ;
            _exit(3);
        }
        if (i % 3 == 0)
            kill(pid, SIGKILL);
        int status = reap(pid);
        if (i % 3 == 0)
            killed += WIFSIGNALED(status) ? WTERMSIG(status) == SIGKILL : WEXITSTATUS(status) == 3;
        else
            bad += !WIFEXITED(status) || WEXITSTATUS(status) != 3;
        if (i % 3 == 1) {
            pid = vfork();
            if (pid == 0)
                _exit(4);
            bad += WEXITSTATUS(reap(pid)) != 4;
        }
    }
    printf("killed or done %d, bad %d\n", killed, bad);
    CHECK(open_fds() == fds);
    CHECK(mapped() == size);
    show("nobody is left", waitpid(-1, NULL, WNOHANG));
    return t_end();
}
