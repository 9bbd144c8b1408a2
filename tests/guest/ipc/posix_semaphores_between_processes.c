/* covers: futex mmap openat unlink */
#include <semaphore.h>

#include "child.h"

int main(void)
{
    char name[64];
    struct timespec past = {1, 0};
    int v = -1;
    snprintf(name, sizeof(name), "/guest-sem-%d", (int) getpid());
    sem_t *s = sem_open(name, O_CREAT | O_EXCL, 0600, 0);
    MUST(s != SEM_FAILED);
    show("again", sem_open(name, O_CREAT | O_EXCL, 0600, 0) == SEM_FAILED);
    pid_t pid = fork();
    if (pid == 0) {
        sem_t *mine = sem_open(name, 0);
        for (int i = 0; i < 100; i++)
            sem_post(mine);
        _exit(0);
    }
    for (int i = 0; i < 100; i++)
        MUST(sem_wait(s) == 0);
    show_wait("child", pid);
    show("none left", sem_trywait(s));
    show("timed", sem_timedwait(s, &past));
    sem_getvalue(s, &v);
    printf("value %d\n", v);
    show("unlink", sem_unlink(name));
    show("gone", sem_open(name, 0) == SEM_FAILED);
    sem_t *two = shared_mem(T_PAGE);
    MUST(sem_init(&two[0], 1, 0) == 0 && sem_init(&two[1], 1, 0) == 0);
    pid = fork();
    if (pid == 0) {
        for (int i = 0; i < 200; i++) {
            sem_wait(&two[0]);
            sem_post(&two[1]);
        }
        _exit(0);
    }
    for (int i = 0; i < 200; i++) {
        sem_post(&two[0]);
        sem_wait(&two[1]);
    }
    show_wait("ping-pong", pid);
    return t_end();
}
