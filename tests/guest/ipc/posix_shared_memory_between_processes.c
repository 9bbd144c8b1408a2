/* covers: openat ftruncate mmap unlink */
#include "child.h"

int main(void)
{
    char name[64];
    struct gate written, read_;
    gate_init(&written);
    gate_init(&read_);
    snprintf(name, sizeof(name), "/guest-shm-%d", (int) getpid());
    int fd = shm_open(name, O_CREAT | O_EXCL | O_RDWR, 0600);
    MUST(fd >= 0);
    printf("close on exec %d\n", fcntl(fd, F_GETFD));
    show("again", shm_open(name, O_CREAT | O_EXCL | O_RDWR, 0600));
    MUST(ftruncate(fd, 3 * T_PAGE) == 0);
    char *p = mmap(NULL, 3 * T_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    pid_t pid = fork();
    if (pid == 0) {
        int f = shm_open(name, O_RDONLY, 0);
        char *q = mmap(NULL, 3 * T_PAGE, PROT_READ, MAP_SHARED, f, 0);
        show("written through a read-only one", mprotect(q, T_PAGE, PROT_READ | PROT_WRITE));
        gate_wait(&written);
        printf("child sees %s and %s\n", q, q + 2 * T_PAGE);
        memcpy(p + T_PAGE, "child", 6);
        gate_open(&read_);
        _exit(0);
    }
    memcpy(p, "parent", 7);
    memcpy(p + 2 * T_PAGE, "end", 4);
    gate_open(&written);
    gate_wait(&read_);
    printf("parent sees %s\n", p + T_PAGE);
    show_wait("child", pid);
    show("unlink", shm_unlink(name));
    show("gone", shm_open(name, O_RDONLY, 0));
    printf("still %s\n", p);
    return t_end();
}
