/* covers: openat2 openat readlinkat */
/* Nothing in /proc/self/fd and fdinfo is there of a descriptor that is not, by whatever way it is looked for. */
#include <linux/openat2.h>
#include <sys/resource.h>

#include "child.h"
#include "threads.h"

static void count(const char *way, int n, long fd)
{
    char text[PATH_MAX];

    if (fd < 0 && errno == ENOENT)
        return;
    ssize_t len = fd < 0 ? -1 : readlinkat((int) fd, "", text, sizeof text);
    printf("FAIL %s %d: %s %.*s\n", way, n, fd < 0 ? errname(errno) : "there", (int) len, len < 0 ? "" : text);
    if (fd >= 0)
        close((int) fd);
}

static void look_for(int proc, int n)
{
    static const char *const dirs[] = {"fd", "fdinfo"};
    static const uint64_t ways[] = {RESOLVE_IN_ROOT, RESOLVE_BENEATH, RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS, 0};
    char path[64];

    for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
        sprintf(path, "/proc/self/%s/%d", dirs[i], n);
        MUST(symlink(path, "link") == 0);
        count("through a link", n, open("link", O_RDONLY | O_NONBLOCK));
        count("path through a link", n, open("link", O_PATH));
        MUST(unlink("link") == 0);
        sprintf(path, "/self/%s/%d", dirs[i], n);
        for (size_t k = 0; k < ARRAY_SIZE(ways); k++) {
            const char *name = ways[k] & RESOLVE_IN_ROOT ? path : path + 1;
            struct open_how how = {.flags = O_PATH | O_NOFOLLOW, .resolve = ways[k]};
            count("link itself", n, raw(openat2, proc, name, &how, sizeof how));
            how.flags = O_RDONLY | O_NONBLOCK;
            count("object", n, raw(openat2, proc, name, &how, sizeof how));
        }
    }
}

/* Where a supervisor has its own, most of all. */
static void look(int proc)
{
    struct rlimit limit;
    MUST(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    const int soft = limit.rlim_cur > 4096 ? 4096 : limit.rlim_cur < 1024 ? 1024 : (int) limit.rlim_cur;
    for (int n = soft + 40; n < soft + 80; n++)
        if (fcntl(n, F_GETFD) < 0)
            look_for(proc, n);
}

static void *wait_for_end(void *arg)
{
    struct gate *g = arg;
    gate_wait(g);
    return arg;
}

/* What is there is. */
static void own_files(int proc)
{
    struct open_how how = {.flags = O_PATH | O_NOFOLLOW, .resolve = RESOLVE_BENEATH};
    char path[64], text[PATH_MAX];

    sprintf(path, "self/fd/%d", proc);
    int link = (int) raw(openat2, proc, path, &how, sizeof how);
    ssize_t n = readlinkat(link, "", text, sizeof text);
    printf("link of /proc: %.*s\n", (int) n, n < 0 ? "" : text);
    close(link);
    sprintf(path, "/self/fdinfo/%d", proc);
    how = (struct open_how){.flags = O_RDONLY, .resolve = RESOLVE_IN_ROOT};
    int info = (int) raw(openat2, proc, path, &how, sizeof how);
    n = read(info, text, 4);
    printf("file of /proc: %.*s\n", (int) n, n < 0 ? "" : text);
    close(info);
}

int main(void)
{
    struct gate end;
    int proc;

    scratch();
    MUST((proc = open("/proc", O_RDONLY | O_DIRECTORY)) >= 0);
    own_files(proc);
    look(proc);
    gate_init(&end);
    pthread_t th = thread_start(wait_for_end, &end);
    own_files(proc);
    look(proc);
    gate_open(&end);
    thread_join(th);
    return t_end();
}
