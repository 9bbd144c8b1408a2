/* covers: openat write */
#include "t.h"

static void put(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY);
    char buf[256] = "";
    ssize_t w = fd < 0 ? -1 : write(fd, text, strlen(text));
    int e = errno;
    if (fd >= 0)
        close(fd);
    printf("%s <- %s: %s", path, text, w < 0 ? errname(e) : "ok");
    if (w >= 0 && get_file(path, buf, sizeof(buf)) >= 0)
        printf(", reads %s", buf);
    printf("%s", strchr(buf, '\n') ? "" : "\n");
}

static void only_open(const char *path)
{
    int fd = open(path, O_WRONLY);
    show(path, fd < 0 ? -1 : write(fd, "x", 1));
    if (fd >= 0)
        close(fd);
}

int main(void)
{
    put("/proc/self/oom_score_adj", "500");
    put("/proc/self/oom_score_adj", "2000");
    put("/proc/self/coredump_filter", "0x3");
    put("/proc/self/comm", "other");
    put("/proc/self/timerslack_ns", "60000");
    put("/proc/self/clear_refs", "1");
    put("/proc/self/clear_refs", "77");
    put("/proc/self/nothing", "x");
    /* root may open them all, and no more */
    only_open("/proc/self/maps");
    only_open("/proc/self/status");
    only_open("/proc/self/stat");
    only_open("/proc/self/statm");
    only_open("/proc/self/limits");
    only_open("/proc/self/cmdline");
    /* what must be there, and be readable */
    static const char *const files[] = {
        "auxv",         "cgroup",        "cmdline",     "comm",      "coredump_filter", "cpuset",     "environ",
        "io",           "limits",        "maps",        "mountinfo", "mounts",          "mountstats", "oom_adj",
        "oom_score",    "oom_score_adj", "personality", "sched",     "schedstat",       "sessionid",  "smaps",
        "smaps_rollup", "stat",          "statm",       "status",    "syscall",         "wchan",      "uid_map",
        "gid_map",      "setgroups",     "loginuid",    "timers",    "numa_maps"};
    char path[64], buf[4096];
    for (unsigned i = 0; i < ARRAY_SIZE(files); i++) {
        snprintf(path, sizeof(path), "/proc/self/%s", files[i]);
        ssize_t n = get_file(path, buf, sizeof(buf));
        printf("%s: %s\n", files[i], n < 0 ? errname(errno) : n == 0 ? "empty" : "text");
    }
    static const char *const dirs[] = {"attr", "fd", "fdinfo", "net", "ns", "task"};
    for (unsigned i = 0; i < ARRAY_SIZE(dirs); i++) {
        snprintf(path, sizeof(path), "/proc/self/%s", dirs[i]);
        int fd = open(path, O_RDONLY | O_DIRECTORY);
        show_ok(dirs[i], fd);
    }
    return t_end();
}
