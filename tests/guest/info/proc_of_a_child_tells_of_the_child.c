/* covers: fork openat read readlink pause */
/* translated: no (under the translator it does not end) */
#include "t.h"

int main(int argc, char **argv)
{
    static char buf[8192], path[64], mine[PATH_MAX], its[PATH_MAX];
    char *again[] = {argv[0], "child", NULL};
    int up[2];
    char c;
    long n;
    pid_t pid;

    if (argc > 1) {
        if (write(1, "", 1) == 1)
            for (;;)
                pause();
        return 1;
    }
    MUST(pipe(up) == 0);
    pid = fork();
    if (pid == 0) {
        dup2(up[1], 1);
        execv("/proc/self/exe", again);
        _exit(1);
    }
    MUST(read(up[0], &c, 1) == 1);
    snprintf(path, sizeof(path), "/proc/%d/exe", pid);
    n = readlink(path, its, sizeof(its) - 1);
    MUST(n > 0 && readlink("/proc/self/exe", mine, sizeof(mine) - 1) > 0);
    CHECK(strcmp(mine, its) == 0);
    snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
    n = get_file(path, buf, sizeof(buf));
    printf("second argument %s\n", n > 0 ? buf + strlen(buf) + 1 : "none");
    snprintf(path, sizeof(path), "/proc/%d/comm", pid);
    MUST(get_file(path, buf, sizeof(buf)) > 0);
    printf("comm %s", buf);
    snprintf(path, sizeof(path), "/proc/%d/maps", pid);
    MUST(get_file(path, buf, sizeof(buf)) > 0);
    CHECK(strstr(buf, strrchr(mine, '/')) != NULL);
    snprintf(path, sizeof(path), "/proc/%d/status", pid);
    MUST(get_file(path, buf, sizeof(buf)) > 0 && strstr(buf, "PPid:"));
    CHECK(atoi(strstr(buf, "PPid:") + 5) == getpid());
    snprintf(path, sizeof(path), "/proc/%d/fd/0", pid);
    show("its standard input", access(path, F_OK));
    kill(pid, SIGKILL);
    show_wait("child", pid);
    show("gone", access(path, F_OK));
    return t_end();
}
