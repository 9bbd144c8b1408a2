/* covers: chroot openat mount */
/* sysroot: no (chroot is refused there) */
/* /proc/PID/mounts and mountinfo tell of the root of that process, whoever looks. */
#include "child.h"
#include "ownmounts.h"

static int proc;

static void show_mounts(const char *who, int pid)
{
    static const char *const names[] = {"mounts", "mountinfo"};
    static char text[1 << 16];
    for (int i = 0; i < 2; i++) {
        char path[64], at[PATH_MAX];
        sprintf(path, "%d/%s", pid, names[i]);
        int fd = openat(proc, path, O_RDONLY), lines = 0, inside = 0;
        ssize_t n = 0, r;
        while ((r = read(fd, text + n, sizeof text - 1 - (size_t) n)) > 0)
            n += r;
        text[n] = 0;
        for (char *line = text; *line; line = strchr(line, '\n') + 1) {
            MUST(sscanf(line, i ? "%*s %*s %*s %*s %4000s" : "%*s %4000s", at) == 1);
            lines++;
            if (strcmp(at, "/sub") == 0)
                inside++;
        }
        printf("%s, %s: %s, %d inside\n", who, names[i], lines > 3 ? "many" : lines == 1 ? "one" : "few", inside);
        close(fd);
    }
}

int main(void)
{
    struct gate ready, done;
    scratch();
    if (geteuid() || !own_mounts())
        return t_end();
    gate_init(&ready);
    gate_init(&done);
    MUST(mkdir("root", 0755) == 0 && mkdir("root/sub", 0755) == 0);
    MUST(mount("none", "root/sub", "tmpfs", 0, NULL) == 0);
    MUST((proc = open("/proc", O_RDONLY | O_DIRECTORY)) >= 0);
    int parent = getpid();
    pid_t pid = fork();
    MUST(pid >= 0);
    if (pid == 0) {
        MUST(raw(chroot, "root") == 0);
        show_mounts("inside of itself", getpid());
        show_mounts("inside of who is outside", parent);
        fflush(stdout);
        gate_open(&ready);
        gate_wait(&done);
        _exit(0);
    }
    close(ready.fd[1]); /* it may end before */
    gate_wait(&ready);
    show_mounts("outside of who is inside", pid);
    gate_open(&done);
    show_wait("child", pid);
    MUST(umount("root/sub") == 0);
    return t_end();
}
