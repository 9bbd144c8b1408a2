/* covers: fork wait4 getppid */
#include "snapshot.h"

enum { SIZE = 1 << 20, DEPTH = 8 };

static int level(char *p, uint32_t depth)
{
    size_t wrong = marked_wrong(p, SIZE, T_PAGE, depth);
    pid_t me = getpid();
    if (depth == DEPTH)
        return wrong != 0;
    mark(p, SIZE, T_PAGE, depth + 1);
    pid_t pid = fork();
    MUST(pid >= 0);
    if (pid == 0) {
        if (getppid() != me)
            _exit(90);
        _exit(level(p, depth + 1));
    }
    mark(p, SIZE, T_PAGE, 100 + depth);
    int status = reap(pid);
    wrong += marked_wrong(p, SIZE, T_PAGE, 100 + depth);
    return !WIFEXITED(status) ? 91 : WEXITSTATUS(status) ? WEXITSTATUS(status) : wrong ? (int) depth + 1 : 0;
}

int main(void)
{
    char *p = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(p != MAP_FAILED);
    mark(p, SIZE, T_PAGE, 0);
    for (int i = 0; i < 2; i++) {
        mark(p, SIZE, T_PAGE, 0);
        printf("%d\n", level(p, 0));
    }
    return t_end();
}
