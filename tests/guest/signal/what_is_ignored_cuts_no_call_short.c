/* covers: write recvfrom fork vfork wait4 */
/* only: glibc (the fork of musl blocks all signals meanwhile: then the kernel cuts calls short, too) */
#include <sys/socket.h>

#include "child.h"
#include "threads.h"

/* Children of the main thread end, and other signals come that nothing is done about, while other threads are in the middle of long transfers. */
enum { ROUNDS = 6, SIZE = 1 << 20, PIECE = 16 << 10 };
static int pipes[2], sockets[2];
static _Atomic int done, short_writes, short_reads;

static void *writes(void *arg)
{
    char *data = calloc(1, SIZE);
    for (int i = 0; i < ROUNDS; i++)
        short_writes += write(pipes[1], data, SIZE) != SIZE;
    done++;
    return arg;
}

static void *reads(void *arg)
{
    char *data = calloc(1, SIZE);
    for (int i = 0; i < ROUNDS; i++)
        short_reads += recv(sockets[0], data, SIZE, MSG_WAITALL) != SIZE;
    done++;
    return arg;
}

/* The other ends: slow enough for the calls to be interrupted many times. */
static pid_t peer(int in, int out)
{
    pid_t pid = fork();
    MUST(pid >= 0);
    if (pid > 0)
        return pid;
    static char data[PIECE];
    const struct timespec moment = {.tv_nsec = 300000};
    for (int i = 0; i < ROUNDS * (SIZE / PIECE); i++) {
        for (ssize_t n = 0; n < PIECE;) {
            ssize_t r = in >= 0 ? read(in, data, (size_t) (PIECE - n)) : write(out, data, (size_t) (PIECE - n));
            MUST(r > 0);
            n += r;
        }
        nanosleep(&moment, NULL);
    }
    _exit(0);
}

int main(void)
{
    MUST(pipe(pipes) == 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) == 0);
    pid_t reader = peer(pipes[0], -1), writer = peer(-1, sockets[1]);
    signal(SIGUSR1, SIG_IGN);
    pthread_t a = thread_start(writes, NULL), b = thread_start(reads, NULL);
    for (int i = 0; done < 2; i++) {
        pid_t pid = i & 1 ? vfork() : fork();
        if (pid == 0)
            _exit(0);
        MUST(pid > 0 && waitpid(pid, NULL, 0) == pid);
        kill(getpid(), i & 2 ? SIGUSR1 : SIGWINCH);
    }
    thread_join(a);
    thread_join(b);
    MUST(waitpid(reader, NULL, 0) == reader && waitpid(writer, NULL, 0) == writer);
    printf("%d short writes, %d short reads\n", short_writes, short_reads);
    return t_end();
}
