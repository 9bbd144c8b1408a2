/* covers: fork mmap pwrite64 */
#include "child.h"

int main(void)
{
    char *p, block[T_PAGE];
    struct gate go;
    int fd;
    scratch();
    gate_init(&go);
    MUST((fd = open("f", O_RDWR | O_CREAT, 0600)) >= 0);
    for (int i = 0; i < 8; i++) {
        memset(block, 'a' + i, T_PAGE);
        MUST(write(fd, block, T_PAGE) == T_PAGE);
    }
    MUST((p = mmap(NULL, 8 * T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0)) != MAP_FAILED);
    p[0] = 'M';                             /* modified before */
    (void) *(volatile char *) (p + T_PAGE); /* read before */
    pid_t pid = fork();
    MUST(pid >= 0);
    if (pid == 0) {
        gate_wait(&go);
        printf("child: modified %c, read %c, untouched %c, written by the parent %c, file written %c %c\n", p[0],
               p[T_PAGE], p[2 * T_PAGE], p[3 * T_PAGE], p[4 * T_PAGE], p[5 * T_PAGE]);
        p[6 * T_PAGE] = 'C';
        _exit(0);
    }
    p[0] = 'X';
    p[1 * T_PAGE] = 'Y';
    p[2 * T_PAGE + 1] = 'Z';
    p[3 * T_PAGE] = 'W';
    MUST(pwrite(fd, "F", 1, 4 * T_PAGE) == 1);
    MUST(pwrite(fd, "G", 1, 5 * T_PAGE) == 1);
    p[5 * T_PAGE + 1] = '.';
    gate_open(&go);
    show_wait("child", pid);
    printf("parent: %c %c %c %c %c %c %c\n", p[0], p[T_PAGE], p[2 * T_PAGE], p[3 * T_PAGE], p[4 * T_PAGE],
           p[5 * T_PAGE], p[6 * T_PAGE]);
    MUST(pread(fd, block, 1, 6 * T_PAGE) == 1);
    printf("file: %c\n", block[0]);
    return t_end();
}
