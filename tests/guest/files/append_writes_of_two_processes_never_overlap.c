/* covers: open write fork wait4 */
#include "t.h"

int main(void)
{
    char buf[9000];
    int seen[2] = {0, 0};
    pid_t pid;

    scratch();
    put_file("log", "");
    pid = fork();
    MUST(pid >= 0);
    for (int i = 0; i < 200; i++) {
        int fd = open("log", O_WRONLY | O_APPEND);
        if (fd < 0 || write(fd, pid ? "parent line........\n" : "child line.........\n", 20) != 20)
            _exit(3);
        close(fd);
    }
    if (pid == 0)
        _exit(0);
    show_wait("child", pid);
    show("length", get_file("log", buf, sizeof(buf)));
    for (char *p = buf; *p; p += 20) {
        if (strncmp(p, "parent line........\n", 20) == 0)
            seen[0]++;
        else if (strncmp(p, "child line.........\n", 20) == 0)
            seen[1]++;
    }
    printf("parent %d child %d\n", seen[0], seen[1]);
    return t_end();
}
