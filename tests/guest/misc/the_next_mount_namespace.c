/* covers: ioctl unshare */
/* The mount namespace before one's own is a descriptor, which the program has, however large its structure is to be, and whatever other threads there are. */
#include <sys/ioctl.h>

#include "threads.h"

#define PREV(size) _IOC(_IOC_READ, 0xb7, 12, size)

static int ns;

static void ask(const char *name, unsigned long request)
{
    char info[64];
    memset(info, '.', sizeof info);
    int lowest = dup(ns);
    close(lowest);
    int fd = ioctl(ns, request, info);
    printf("%s: %s\n", name, fd < 0 ? errname(errno) : "a descriptor");
    if (fd >= 0) {
        CHECK(fd == lowest && fcntl(fd, F_GETFD) >= 0);
        close(fd);
        printf("  of %d bytes\n", *(int *) info);
    }
    CHECK(info[63] == '.');
}

static void *all(void *arg)
{
    ask("as it is", PREV(16));
    ask("longer", PREV(24));
    ask("much longer", PREV(63));
    return arg;
}

int main(void)
{
    if (unshare(CLONE_NEWNS) && unshare(CLONE_NEWUSER | CLONE_NEWNS))
        puts("no namespaces here");
    MUST((ns = open("/proc/self/ns/mnt", O_RDONLY)) >= 0);
    all(NULL);
    thread_join(thread_start(all, NULL));
    return t_end();
}
