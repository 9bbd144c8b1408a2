/* covers: clone exit exit_group fork */
/* ways: cow copy (a child with CLONE_FILES alone is not to be had with clones) */
/* Two processes share a table of descriptors, and one of them goes on without its first thread: nothing that it has is taken for a dead one's. */
#include "child.h"
#include "rawthread.h"

enum { ROUNDS = 10 };

static int down[2], up[2];

static int goes_on(void *arg)
{
    char byte;
    (void) arg;
    for (int i = 0; i < ROUNDS; i++) {
        int status = -1;
        long pid = 0;
        if (raw(read, down[0], &byte, 1) == 1)
            pid = raw(clone, SIGCHLD, 0, NULL, NULL, 0);
        if (pid == 0)
            raw(exit_group, 5);
        if (pid < 0 || raw(wait4, pid, &status, 0, NULL) != pid || status != 5 << 8 || raw(write, up[1], "r", 1) != 1)
            raw(exit_group, 1);
    }
    raw(exit_group, 9);
    return 0;
}

int main(void)
{
    static struct raw_thread thread;
    char maps[65536], byte;
    int answers = 0;
    MUST(pipe(down) == 0 && pipe(up) == 0);
    pid_t pid = (pid_t) raw(clone, CLONE_FILES | SIGCHLD, 0, NULL, NULL, 0);
    MUST(pid >= 0);
    if (pid == 0) {
        raw_thread(&thread, goes_on, CLONE_FS | CLONE_FILES | CLONE_SYSVSEM, NULL);
        raw(exit, 3);
    }
    until_state(pid, pid, "Z");
    for (int i = 0; i < ROUNDS; i++) {
        int status = IN_CHILD(_exit(0));
        MUST(status == 0 && get_file("/proc/self/maps", maps, sizeof maps) > 0);
        struct pollfd answer = {.fd = up[0], .events = POLLIN};
        if (write(down[1], "d", 1) != 1 || poll(&answer, 1, 10000) != 1 || read(up[0], &byte, 1) != 1)
            break;
        answers++;
    }
    printf("%d answers\n", answers);
    if (answers < ROUNDS)
        kill(pid, SIGKILL);
    show_wait("without its first thread", pid);
    return t_end();
}
