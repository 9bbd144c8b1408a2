/* covers: fork mmap munmap clone */
/* Shared memory that both sides make after a fork is two memories; what was made before is one. */
#include <sys/syscall.h>

#include "child.h"

enum { PIECES = 5 };

static char *piece(void)
{
    char *p = mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    MUST(p != MAP_FAILED);
    return p;
}

/* What they hold before and after they are written, and `common` after that of the other side. */
static void make(const char *who, int value, char *common, struct gate *mine, struct gate *others)
{
    char *p[PIECES];
    printf("%s:", who);
    for (int i = 0; i < PIECES; i++) {
        p[i] = piece();
        printf(" %d", *p[i]);
        *p[i] = (char) (value + i);
    }
    common[value] = (char) value;
    gate_open(mine);
    gate_wait(others);
    for (int i = 0; i < PIECES; i++) {
        printf(" %d", *p[i]);
        MUST(munmap(p[i], T_PAGE) == 0);
    }
    printf(", in common %d\n", common[10] + common[20]);
    fflush(stdout);
}

static void try(const char *name, unsigned long flags)
{
    struct gate a, b, done;
    gate_init(&a);
    gate_init(&b);
    gate_init(&done);
    char *common = piece(), *one = piece();
    *one = 1;
    printf("%s\n", name);
    fflush(stdout);
    pid_t pid = flags ? (pid_t) syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0) : fork();
    MUST(pid >= 0);
    if (pid == 0) {
        make("child", 10, common, &a, &b);
        gate_open(&done);
        _exit(0);
    }
    gate_wait(&a); /* the child has made its own first */
    char *p = piece();
    CHECK(*p == 0);
    *p = 99;
    gate_open(&b);
    gate_wait(&done);
    gate_open(&a);
    make("parent", 20, common, &b, &a);
    CHECK(*p == 99 && *one == 1);
    show_wait("child", pid);
    MUST(munmap(p, T_PAGE) == 0 && munmap(common, T_PAGE) == 0 && munmap(one, T_PAGE) == 0);
    close(a.fd[0]), close(a.fd[1]), close(b.fd[0]), close(b.fd[1]), close(done.fd[0]), close(done.fd[1]);
}

int main(void)
{
    try("fork", 0);
    try("again", 0);
    try("with one table of descriptors", CLONE_FILES);
    return t_end();
}
