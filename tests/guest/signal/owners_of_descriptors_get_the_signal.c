/* covers: fcntl */
#include <sys/socket.h>

#include "threads.h"
#include "told.h"

/* F_SETOWN to a process, a group, a thread. */
static _Atomic uint32_t tid, go;

static void pend(const char *name)
{
    sigset_t now;
    sigpending(&now);
    printf("%s: pending %d\n", name, sigismember(&now, SIGIO));
    if (sigismember(&now, SIGIO)) {
        sigset_t set = one_signal(SIGIO);
        sigwaitinfo(&set, NULL);
    }
}

static void *thread(void *arg)
{
    (void) arg;
    word_set(&tid, (uint32_t) gettid());
    word_wait(&go, 1);
    pend("thread");
    return NULL;
}

int main(void)
{
    int s[2];
    struct f_owner_ex own = {F_OWNER_TID, 0}, got = {0};
    told_block(SIGIO);
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, s) == 0);
    show("nobody", fcntl(s[0], F_GETOWN));
    MUST(fcntl(s[0], F_SETFL, O_ASYNC) == 0);
    MUST(write(s[1], "x", 1) == 1);
    pend("no owner");
    show("own", fcntl(s[0], F_SETOWN, getpid()));
    MUST(fcntl(s[0], F_GETOWN) == getpid());
    MUST(write(s[1], "x", 1) == 1);
    pend("process");
    show("group", fcntl(s[0], F_SETOWN, -getpgrp()));
    MUST(fcntl(s[0], F_GETOWN_EX, &got) == 0);
    printf("type %d, %s\n", got.type, got.pid == getpgrp() ? "ours" : "other");
    pthread_t th = thread_start(thread, NULL);
    while (!atomic_load(&tid))
        sched_yield();
    own.pid = (pid_t) tid;
    show("thread", fcntl(s[0], F_SETOWN_EX, &own));
    MUST(fcntl(s[0], F_GETOWN_EX, &got) == 0);
    printf("type %d, %s\n", got.type, got.pid == own.pid ? "right" : "wrong");
    MUST(write(s[1], "x", 1) == 1);
    pend("main");
    word_set(&go, 1);
    thread_join(th);
    own.type = 9;
    show("unknown type", fcntl(s[0], F_SETOWN_EX, &own));
    own = (struct f_owner_ex){F_OWNER_PID, 0x3fffffff};
    show("no process", fcntl(s[0], F_SETOWN_EX, &own));
    show("no process", fcntl(s[0], F_SETOWN, 0x3fffffff));
    show("not there", fcntl(s[0], F_SETOWN_EX, BAD_PTR));
    show("65", fcntl(s[0], F_SETSIG, 65));
    show("-1", fcntl(s[0], F_SETSIG, -1));
    return t_end();
}
