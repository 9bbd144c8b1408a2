/* covers: openat pread64 execve */
/* A descriptor of /proc/PID/mem is of the memory that was there at its open, and reads as empty after an exec or the end. */
/* only: static (the program is at the same addresses after exec) */
#include "child.h"

static char mark[] = "mark";

static void show_read(const char *what, int fd)
{
    char buf[8] = "";
    ssize_t n = pread(fd, buf, 4, (off_t) (uintptr_t) mark);
    printf("%s: %s\n", what, n < 0 ? errname(errno) : n ? buf : "empty");
}

static int open_mem(pid_t pid)
{
    char path[64];
    sprintf(path, "/proc/%d/mem", (int) pid);
    return open(path, O_RDONLY);
}

int main(int argc, char **argv)
{
    static char self[PATH_MAX];
    struct gate ready, go, again, end;
    if (argc > 1) {
        char c = 'r';
        MUST(write(atoi(argv[1]), &c, 1) == 1);
        return read(atoi(argv[2]), &c, 1) != 1;
    }
    MUST(readlink("/proc/self/exe", self, sizeof self - 1) > 0);
    gate_init(&ready);
    gate_init(&go);
    gate_init(&again);
    gate_init(&end);
    pid_t pid = fork();
    MUST(pid >= 0);
    if (pid == 0) {
        char a[16], b[16];
        gate_open(&ready);
        gate_wait(&go);
        fcntl(again.fd[1], F_SETFD, 0);
        fcntl(end.fd[0], F_SETFD, 0);
        sprintf(a, "%d", again.fd[1]);
        sprintf(b, "%d", end.fd[0]);
        execl(self, self, a, b, (char *) NULL);
        _exit(1);
    }
    gate_wait(&ready);
    int fd = open_mem(pid), own = open("/proc/self/mem", O_RDONLY);
    MUST(fd >= 0 && own >= 0);
    show_read("before", fd);
    gate_open(&go);
    gate_wait(&again);
    show_read("after its exec", fd);
    int new = open_mem(pid);
    show_read("opened then", new);
    gate_open(&end);
    show_wait("child", pid);
    show_read("after its end", new);
    show_read("own", own);
    show_status("of the parent", IN_CHILD(show_read("of the parent", own)));
    return t_end();
}
