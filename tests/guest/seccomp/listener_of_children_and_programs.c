/* covers: seccomp execve fork clone */
#include <pthread.h>

#include "../listener.h"

static void *thread(void *arg)
{
    show("thread", syscall(SYS_getpgid, 0));
    return arg;
}

static int in_vfork(void *arg)
{
    (void) arg;
    show("vfork", syscall(SYS_getpgid, 0));
    return 0;
}

int main(int argc, char **argv)
{
    static char stack[65536] __attribute__((aligned(16)));
    char *args[] = {argv[0], "x", NULL};
    int l;
    bool own[5];
    if (argc > 1) {
        show("program", syscall(SYS_getpgid, 0));
        return 0;
    }
    pid_t pid = ASKING(&l, 0, SYS_getpgid, {
        pthread_t t;
        show("first", syscall(SYS_getpgid, 0));
        SHOW_CHILD("fork", show("fork", syscall(SYS_getpgid, 0)));
        show_wait("vfork", clone(in_vfork, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, NULL));
        MUST(pthread_create(&t, NULL, thread, NULL) == 0);
        pthread_join(t, NULL);
        execv("/proc/self/exe", args);
    });
    for (int i = 0; i < 5; i++) {
        struct seccomp_notif n = ask_next(l);
        own[i] = n.pid == (unsigned) pid;
        say(l, n.id, 0, 100 + i, 0);
    }
    show_wait("child", pid);
    for (int i = 0; i < 5; i++)
        puts(own[i] ? "the child asked" : "another asked");
    return t_end();
}
