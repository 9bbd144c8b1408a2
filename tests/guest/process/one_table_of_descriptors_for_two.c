/* covers: clone close open fork vfork execve */
/* translated: no (under the translator it does not end) */
/* ways: cow copy (memory in a file would be shared by the copy that the host makes: docs/limits.md) */
/* Processes with memories of their own and one descriptor table: each sees what the other opens, none loses what is its own, and the end of one,
 * however it comes, leaves nothing. */
#include <poll.h>
#include <sched.h>
#include <sys/stat.h>

#include "child.h"

#pragma GCC diagnostic ignored "-Wclobbered"

#define KILLED 60

static int sharer(int flags)
{
    return (int) raw(clone, flags | CLONE_FILES | SIGCHLD, 0, NULL, NULL, 0);
}

#define NUMBERS 200

static bool had[NUMBERS];

/* How many are open that were not, or the other way round; what is new is closed. */
static int changed(void)
{
    int n = 0;
    for (int fd = 0; fd < NUMBERS; fd++) {
        bool has = fcntl(fd, F_GETFD) >= 0;
        n += has != had[fd];
        if (has && !had[fd])
            close(fd);
    }
    return n;
}

/* Open, look, close: nobody may have closed it, or put something else in its place. */
static bool busy(int rounds, const char *path, ino_t ino)
{
    struct stat st;
    for (int i = 0; i < rounds; i++) {
        int fd = open(path, O_RDONLY);
        if (fd < 0 || fstat(fd, &st) || st.st_ino != ino || close(fd))
            return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    int p[2], status;
    char c;
    struct stat a, b;
    if (argc > 1) { /* exec took a table of its own along */
        puts("another program");
        fflush(stdout);
        return close(atoi(argv[1])) ? 1 : 0;
    }
    scratch();
    put_file("a", "a");
    put_file("b", "bb");
    MUST(stat("a", &a) == 0 && stat("b", &b) == 0);
    MUST(pipe(p) == 0);

    /* What one opens the other reads. */
    pid_t pid = sharer(0);
    if (pid == 0) {
        int fd = open("b", O_RDONLY);
        c = (char) fd;
        _exit(write(p[1], &c, 1) == 1 ? 0 : 1);
    }
    char buf[8];
    CHECK(read(p[0], &c, 1) == 1 && read(c, buf, 8) == 2 && buf[0] == 'b');
    show_wait("opener", pid);
    int child = -1;
    pid = (int) raw(clone, CLONE_FILES | CLONE_PIDFD | SIGCHLD, 0, &child, NULL, 0);
    if (pid == 0)
        _exit(0);
    CHECK(poll(&(struct pollfd){child, POLLIN, 0}, 1, -1) == 1 && fcntl(child, F_GETFD) == FD_CLOEXEC);
    show_wait("with a pidfd", pid);
    MUST(close(child) == 0);
    MUST(close(c) == 0);
    for (int fd = 0; fd < NUMBERS; fd++)
        had[fd] = fcntl(fd, F_GETFD) >= 0;

    /* Children of both kinds, and another program, of one that shares. */
    pid = sharer(0);
    if (pid == 0) {
        if ((pid = fork()) == 0)
            _exit(close(p[0]) ? 1 : 0); /* its copy only */
        status = reap(pid);
        if ((pid = vfork()) == 0)
            _exit(close(p[0]) ? 1 : 0);
        status |= reap(pid);
        if ((pid = sharer(0)) == 0)
            _exit(close(dup(p[0])));
        status |= reap(pid);
        char number[8];
        sprintf(number, "%d", p[0]);
        if (status == 0)
            execl("/proc/self/exe", argv[0], number, NULL);
        _exit(9);
    }
    show_wait("parent of three", pid);
    CHECK(write(p[1], "x", 1) == 1 && read(p[0], &c, 1) == 1);

    /* Both at once. */
    pid = sharer(0);
    if (pid == 0)
        _exit(busy(2000, "a", a.st_ino) ? 0 : 1);
    for (int i = 0; i < 10; i++) {
        pid_t other = fork();
        if (other == 0)
            _exit(0);
        CHECK(reap(other) == 0 && busy(100, "b", b.st_ino));
    }
    show_wait("busy", pid);

    /* Killed anywhere. */
    for (int i = 0; i < KILLED; i++) {
        pid = sharer(0);
        MUST(pid >= 0);
        if (pid == 0) {
            for (;;)
                close(open("a", O_RDONLY | O_CLOEXEC));
        }
        if (i % 4)
            busy(i % 16, "b", b.st_ino);
        MUST(kill(pid, SIGKILL) == 0);
        MUST(reap(pid) == SIGKILL);
        CHECK(changed() <= 1); /* what it had just opened */
    }
    CHECK(changed() == 0);
    return t_end();
}
