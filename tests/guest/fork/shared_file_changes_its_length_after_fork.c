/* covers: fork mmap ftruncate fallocate */
#include "child.h"
#include "fault.h"

static struct gate a, b;

static void look(const char *who, char *p)
{
    char line[9] = "";
    for (int i = 0; i < 8; i++)
        if (FAULTS(line[i] = *(volatile char *) (p + i * T_PAGE)))
            line[i] = fault_sig == SIGBUS ? '!' : '-';
        else if (line[i] == 0)
            line[i] = '0';
    printf("%s: %s\n", who, line);
}

/* A mapping of eight pages of a file of four: the file grows and shrinks while parent and child have it mapped. */
int main(void)
{
    char *shared, *own;
    int fd;
    fault_catch();
    gate_init(&a);
    gate_init(&b);
    scratch();
    MUST((fd = open("f", O_RDWR | O_CREAT, 0600)) >= 0 && ftruncate(fd, 4 * T_PAGE) == 0);
    MUST((shared = mmap(NULL, 8 * T_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)) != MAP_FAILED);
    MUST((own = mmap(NULL, 8 * T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0)) != MAP_FAILED);
    for (int i = 0; i < 4; i++)
        shared[i * T_PAGE] = (char) ('a' + i);
    own[T_PAGE] = 'M';
    pid_t pid = fork();
    MUST(pid >= 0);
    if (pid == 0) {
        look("child, shared", shared);
        look("child, own", own);
        for (int i = 0; i < 2; i++) {
            gate_open(&b);
            gate_wait(&a);
            look("child, shared", shared);
            look("child, own", own);
        }
        MUST(ftruncate(fd, 5 * T_PAGE) == 0);
        shared[3 * T_PAGE] = 'y';
        MUST(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, T_PAGE) == 0);
        _exit(0);
    }
    gate_wait(&b);
    MUST(ftruncate(fd, 7 * T_PAGE) == 0);
    shared[6 * T_PAGE] = 'g';
    gate_open(&a);
    gate_wait(&b);
    MUST(ftruncate(fd, 2 * T_PAGE) == 0);
    gate_open(&a);
    show_wait("child", pid);
    look("parent, shared", shared);
    look("parent, own", own);
    return t_end();
}
