/* covers: pipe fork read write close wait4 */
#include "t.h"

#define LINKS 12
#define SIZE 200000

/* Each process adds one to every byte. */
int main(void)
{
    static unsigned char buf[4096];
    int first[2], in, wrong = 0, ended = 0, status;
    long got = 0, r;

    MUST(pipe(first) == 0);
    in = first[0];
    for (int i = 0; i < LINKS; i++) {
        int next[2];
        pid_t pid;
        MUST(pipe(next) == 0);
        pid = fork();
        MUST(pid >= 0);
        if (pid == 0) {
            close(first[1]);
            close(next[0]);
            while ((r = read(in, buf, sizeof(buf))) > 0) {
                for (long k = 0; k < r; k++)
                    buf[k]++;
                for (long done = 0; done < r;) {
                    long w = write(next[1], buf + done, (size_t) (r - done));
                    if (w <= 0)
                        _exit(1);
                    done += w;
                }
            }
            _exit(r == 0 ? 0 : 2);
        }
        close(next[1]);
        close(in);
        in = next[0];
    }
    if (fork() == 0) {
        close(in);
        for (long n = 0; n < SIZE; n += 4000) {
            for (int k = 0; k < 4000; k++)
                buf[k] = (unsigned char) ((n + k) * 7);
            if (write(first[1], buf, 4000) != 4000)
                _exit(1);
        }
        _exit(0);
    }
    close(first[1]);
    while ((r = read(in, buf, sizeof(buf))) > 0) {
        for (long k = 0; k < r; k++)
            wrong += buf[k] != (unsigned char) ((got + k) * 7 + LINKS);
        got += r;
    }
    show("bytes", got);
    show("wrong", wrong);
    while (wait(&status) > 0)
        ended += status == 0;
    show("ended well", ended);
    return t_end();
}
