/* covers: shmdt */
#include "t.h"
#include <sys/shm.h>

int main(void)
{
    scratch();
    put_file("f", "text");
    int fd = open("f", O_RDWR);
    char *p = mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    char *q = mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    MUST(p != MAP_FAILED && q != MAP_FAILED);
    show("a file", shmdt(p));
    CHECK(msync(p, T_PAGE, MS_ASYNC) == 0);
    show("anonymous", shmdt(q));
    CHECK(msync(q, T_PAGE, MS_ASYNC) == 0);
    int id = shmget(IPC_PRIVATE, 3 * T_PAGE, 0600);
    MUST(id >= 0);
    char *s = shmat(id, NULL, 0);
    MUST(s != (void *) -1);
    MUST(shmctl(id, IPC_RMID, NULL) == 0);
    show("the middle", shmdt(s + T_PAGE));
    MUST(mprotect(s + T_PAGE, T_PAGE, PROT_READ) == 0);
    show("a segment", shmdt(s));
    show("msync", msync(s, 3 * T_PAGE, MS_ASYNC));
    show("twice", shmdt(s));
    return t_end();
}
