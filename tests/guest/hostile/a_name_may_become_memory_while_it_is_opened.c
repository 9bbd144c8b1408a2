/* covers: openat openat2 */
/* A name that another thread turns from a plain file into /proc/self/mem and back is one or the other, and the memory the program's. */
/* only: dynamic (a position-independent program leaves the place free that is looked at) */
#include <linux/openat2.h>

#include "threads.h"

static atomic_bool stop;
static atomic_int number;
static _Atomic long leaks;

static void *look(void *arg)
{
    char buf[4];
    while (!atomic_load(&stop))
        if (pread(atomic_load(&number), buf, sizeof buf, 0x400000) == 4)
            atomic_fetch_add(&leaks, 1);
    return arg;
}

static void *turn(void *arg)
{
    while (!atomic_load(&stop)) {
        MUST(symlink("/proc/self/mem", "other") == 0 && rename("other", "name") == 0);
        MUST(symlink("plain", "other") == 0 && rename("other", "name") == 0);
    }
    return arg;
}

int main(void)
{
    struct open_how how = {.flags = O_RDWR};
    char path[PATH_MAX];
    scratch();
    MUST(getcwd(path, sizeof path - sizeof "/name"));
    strcat(path, "/name");
    put_file("plain", "text");
    MUST(symlink("plain", "name") == 0);
    int fd = open("name", O_RDWR);
    MUST(fd >= 0);
    close(fd);
    atomic_store(&number, fd);
    pthread_t th[2] = {thread_start(look, NULL), thread_start(turn, NULL)};
    int opened = 0, rounds = how_often(1500, 100000);
    for (int i = 0; i < rounds; i++) {
        fd = i % 3 == 0   ? open(path, O_RDWR)
             : i % 3 == 1 ? open("name", O_RDWR | O_CREAT, 0600)
                          : (int) raw(openat2, AT_FDCWD, "name", &how, sizeof how);
        opened += fd >= 0;
        close(fd);
    }
    atomic_store(&stop, true);
    for (int i = 0; i < 2; i++)
        thread_join(th[i]);
    CHECK(opened == rounds);
    CHECK(leaks == 0);
    return t_end();
}
