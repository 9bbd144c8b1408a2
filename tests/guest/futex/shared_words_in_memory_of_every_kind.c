/* covers: futex mmap shmat memfd_create */
/* A word that processes share, by whatever way, wakes across them; a private operation on it does not. */
#include <sys/shm.h>

#include "child.h"
#include "threads.h"

static void rally(const char *name, _Atomic uint32_t *w, _Atomic uint32_t *childs)
{
    atomic_store(w, 0);
    pid_t pid = fork();
    MUST(pid >= 0);
    if (pid == 0) {
        for (uint32_t i = 0; i < 50; i++) {
            word_wait(childs, 2 * i + 1);
            word_set(childs, 2 * i + 2);
        }
        _exit(3);
    }
    for (uint32_t i = 0; i < 50; i++) {
        word_set(w, 2 * i + 1);
        word_wait(w, 2 * i + 2);
    }
    show_wait(name, pid);
}

static void *map(int fd, int flags)
{
    void *p = mmap(NULL, 2 * T_PAGE, PROT_READ | PROT_WRITE, flags, fd, 0);
    MUST(p != MAP_FAILED);
    return p;
}

int main(void)
{
    scratch();
    _Atomic uint32_t *p = map(-1, MAP_SHARED | MAP_ANONYMOUS);
    rally("anonymous", p + 5, p + 5);
    int fd = memfd_create("x", MFD_CLOEXEC);
    MUST(ftruncate(fd, 2 * T_PAGE) == 0);
    _Atomic uint32_t *m = map(fd, MAP_SHARED), *n = map(fd, MAP_SHARED);
    rally("memfd", m, m);
    rally("memfd, mapped twice", m + 1024, n + 1024);
    int file = open("f", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    MUST(ftruncate(file, 2 * T_PAGE) == 0);
    _Atomic uint32_t *f = map(file, MAP_SHARED), *g = map(file, MAP_SHARED);
    rally("file", f + 9, f + 9);
    rally("file, mapped twice", f + 1030, g + 1030);
    int id = shmget(IPC_PRIVATE, T_PAGE, 0600 | IPC_CREAT);
    _Atomic uint32_t *s = shmat(id, NULL, 0), *t = shmat(id, NULL, 0);
    MUST(s != (void *) -1 && t != (void *) -1);
    shmctl(id, IPC_RMID, NULL);
    rally("SysV", s + 1, s + 1);
    rally("SysV, attached twice", s + 2, t + 2);
    int dev = open("/dev/zero", O_RDWR);
    _Atomic uint32_t *z = map(dev, MAP_SHARED);
    rally("/dev/zero", z + 3, z + 3);
    /* nobody waits privately on the same word at another address */
    show("private wake", futex((void *) n, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0));
    uint32_t *ro = mmap(NULL, T_PAGE, PROT_READ, MAP_SHARED, fd, 0);
    show("wait on what can be read only", futex(ro, FUTEX_WAIT, 0xffff, NULL, NULL, 0));
    show("wake there", futex(ro, FUTEX_WAKE, 1, NULL, NULL, 0));
    show("beyond the end of the file",
         (ftruncate(fd, T_PAGE), futex((void *) (m + 1024), FUTEX_WAIT, 0, NULL, NULL, 0)));
    return t_end();
}
