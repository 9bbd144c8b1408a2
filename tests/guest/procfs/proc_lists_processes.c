/* covers: getdents64 */
#include <dirent.h>

#include "child.h"

static int listed(pid_t pid)
{
    DIR *d = opendir("/proc");
    int n = 0;
    MUST(d);
    for (struct dirent *e; (e = readdir(d));)
        n += atoi(e->d_name) == pid;
    closedir(d);
    return n;
}

int main(void)
{
    struct gate go;
    char buf[4096];
    gate_init(&go);
    pid_t pid = fork();
    if (pid == 0) {
        gate_wait(&go);
        _exit(0);
    }
    printf("self %d child %d\n", listed(getpid()), listed(pid));
    gate_open(&go);
    reap(pid);
    printf("gone %d\n", listed(pid));
    static const char *const files[] = {"cpuinfo",
                                        "meminfo",
                                        "stat",
                                        "uptime",
                                        "loadavg",
                                        "version",
                                        "filesystems",
                                        "mounts",
                                        "sys/kernel/osrelease",
                                        "sys/kernel/pid_max",
                                        "sys/vm/overcommit_memory"};
    for (unsigned i = 0; i < ARRAY_SIZE(files); i++) {
        char path[64];
        snprintf(path, sizeof(path), "/proc/%s", files[i]);
        printf("%s %s\n", files[i], get_file(path, buf, sizeof(buf)) > 0 ? "there" : "missing");
    }
    show("no process", access("/proc/999999999", F_OK));
    return t_end();
}
