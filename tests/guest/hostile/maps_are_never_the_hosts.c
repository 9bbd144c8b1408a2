/* covers: openat dup */
/* /proc/self/maps tells of the program alone: a thread that copies the number before open(2) has returned has the same text. */
#include "threads.h"

static atomic_bool stop;
static atomic_int number;
static _Atomic long leaks;
static char self[PATH_MAX];

/* Nothing lies below the program. */
static void look(int fd)
{
    char buf[512];
    ssize_t n = pread(fd, buf, sizeof buf - 1, 0);
    buf[n > 0 ? n : 0] = 0;
    char *end = strchr(buf, '\n'), *path = strchr(buf, '/');
    if (!end)
        return;
    *end = 0;
    if (!path || strcmp(path, self))
        atomic_fetch_add(&leaks, 1);
}

static void *copy(void *arg)
{
    while (!atomic_load(&stop)) {
        int fd = dup(atomic_load(&number));
        if (fd >= 0) {
            look(fd);
            close(fd);
        }
    }
    return arg;
}

int main(void)
{
    MUST(readlink("/proc/self/exe", self, sizeof self - 1) > 0);
    int fd = open("/proc/self/maps", O_RDONLY);
    MUST(fd >= 0);
    look(fd);
    close(fd);
    atomic_store(&number, fd);
    pthread_t th = thread_start(copy, NULL);
    for (int i = 0; i < how_often(2000, 50000); i++) {
        fd = open("/proc/self/maps", O_RDONLY);
        MUST(fd >= 0);
        close(fd);
    }
    atomic_store(&stop, true);
    thread_join(th);
    CHECK(leaks == 0);
    return t_end();
}
