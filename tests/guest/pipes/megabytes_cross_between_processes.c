/* covers: fork read write pipe wait4 */
#include "t.h"

#define SIZE (4 << 20)

static uint32_t next(uint32_t *s)
{
    *s = *s * 1664525u + 1013904223u;
    return *s >> 24;
}

int main(void)
{
    unsigned char *buf = malloc(SIZE);
    uint32_t seed = 7, wrong = 0, sizes = 3;
    long got = 0, r;
    int p[2];
    pid_t pid;

    MUST(buf && pipe(p) == 0);
    pid = fork();
    if (pid == 0) {
        close(p[0]);
        for (int i = 0; i < SIZE; i++)
            buf[i] = (unsigned char) next(&seed);
        for (long n = 0; n < SIZE; n += r) {
            long want = 1 + (long) next(&sizes) * 701;
            r = write(p[1], buf + n, (size_t) (want > SIZE - n ? SIZE - n : want));
            if (r <= 0)
                _exit(1);
        }
        _exit(0);
    }
    close(p[1]);
    while ((r = read(p[0], buf + got, (size_t) (SIZE - got > 300000 ? 300000 : SIZE - got))) > 0)
        got += r;
    for (long i = 0; i < got; i++)
        wrong += buf[i] != (unsigned char) next(&seed);
    show("bytes", got);
    show("wrong", wrong);
    show_wait("writer", pid);
    free(buf);
    return t_end();
}
