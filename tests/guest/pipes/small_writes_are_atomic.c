/* covers: write read fork wait4 */
#include "t.h"

/* Writes of at most PIPE_BUF bytes of four processes are never mixed. */
int main(void)
{
    char block[1000];
    int p[2], torn = 0, count[4] = {0};
    size_t have = 0;
    ssize_t r;

    MUST(pipe(p) == 0);
    for (int c = 0; c < 4; c++) {
        pid_t pid = fork();
        MUST(pid >= 0);
        if (pid == 0) {
            memset(block, 'a' + c, sizeof(block));
            for (int i = 0; i < 100; i++)
                if (write(p[1], block, sizeof(block)) != sizeof(block))
                    _exit(1);
            _exit(0);
        }
    }
    close(p[1]);
    while ((r = read(p[0], block + have, sizeof(block) - have)) > 0) {
        have += (size_t) r;
        if (have < sizeof(block))
            continue;
        for (size_t i = 1; i < sizeof(block); i++)
            torn += block[i] != block[0];
        if (block[0] >= 'a' && block[0] < 'e')
            count[block[0] - 'a']++;
        have = 0;
    }
    show("torn", torn);
    for (int c = 0; c < 4; c++)
        show("blocks", count[c]);
    for (int c = 0; c < 4; c++)
        show_wait("child", -1);
    return t_end();
}
