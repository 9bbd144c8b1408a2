/* covers: futex fork mmap */
#include "child.h"
#include "threads.h"

static void rally(const char *name, _Atomic uint32_t *mine, _Atomic uint32_t *childs)
{
    pid_t pid = fork();
    MUST(pid >= 0);
    if (pid == 0) {
        for (uint32_t i = 0; i < 200; i++) {
            word_wait(childs, 2 * i + 1);
            word_set(childs, 2 * i + 2);
        }
        _exit(0);
    }
    for (uint32_t i = 0; i < 200; i++) {
        word_set(mine, 2 * i + 1);
        word_wait(mine, 2 * i + 2);
    }
    show_wait(name, pid);
}

int main(void)
{
    int fd = memfd_create("m", MFD_CLOEXEC);
    _Atomic uint32_t *a = shared_mem(T_PAGE), *b, *c;
    rally("shared anonymous", a + 3, a + 3);
    /* the same word of a file at two addresses */
    MUST(fd >= 0 && ftruncate(fd, 2 * T_PAGE) == 0);
    MUST((b = mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, T_PAGE)) != MAP_FAILED);
    MUST((c = mmap(NULL, 2 * T_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)) != MAP_FAILED);
    rally("one file, two addresses", b + 7, c + T_PAGE / 4 + 7);
    /* process-shared objects of the C library */
    pthread_mutexattr_t ma;
    pthread_mutex_t *m = (pthread_mutex_t *) (a + 64);
    pthread_mutexattr_init(&ma);
    pthread_mutexattr_setpshared(&ma, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(m, &ma);
    long *count = (long *) (a + 256);
    pid_t pids[4];
    for (int i = 0; i < 4; i++) {
        MUST((pids[i] = fork()) >= 0);
        if (pids[i] == 0) {
            for (int k = 0; k < 500; k++) {
                pthread_mutex_lock(m);
                *(volatile long *) count += 1;
                pthread_mutex_unlock(m);
            }
            _exit(0);
        }
    }
    for (int i = 0; i < 4; i++)
        show_wait("worker", pids[i]);
    printf("count %ld\n", *count);
    return t_end();
}
