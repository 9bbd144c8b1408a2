/* covers: fork vfork clone execve */
/* only: static (a dynamic loader opens its libraries) */
/* asan: no (the sanitizer build is dynamic: its loader opens libraries at exec) */
/* What takes no descriptor natively does not need a free number. */
#include "threads.h"

extern char **environ;

static void *body(void *arg)
{
    return arg;
}

int main(int argc, char **argv)
{
    struct rlimit {
        unsigned long cur, max;
    } lim;
    pthread_t th;
    int n = 0, fd;

    if (argc > 1) {
        puts("new program");
        return 0;
    }
    MUST(syscall(SYS_prlimit64, 0, 7, NULL, &lim) == 0);
    if (lim.cur > 1024) {
        lim.cur = 1024;
        MUST(syscall(SYS_prlimit64, 0, 7, &lim, NULL) == 0);
    }
    while ((fd = dup(1)) >= 0)
        n++;
    show("dup", fd);
    CHECK(n > 1000);
    pid_t pid = fork();
    if (pid == 0)
        _exit(3);
    if (CHECK(pid > 0))
        show_wait("fork", pid);
    pid = vfork();
    if (pid == 0)
        _exit(4);
    if (CHECK(pid > 0))
        show_wait("vfork", pid);
    for (int i = 0; i < 3; i++) {
        int e = pthread_create(&th, NULL, body, NULL);
        if (CHECK(e == 0))
            pthread_join(th, NULL);
    }
    struct stat st;
    show("stat", stat("/proc/self/exe", &st));
    show("open", open("/", O_RDONLY));
    pid = fork();
    if (pid == 0) {
        execl("/proc/self/exe", argv[0], "x", NULL);
        show("execl", -1);
        _exit(9);
    }
    if (CHECK(pid > 0))
        show_wait("exec", pid);
    lim.cur = 0;
    MUST(syscall(SYS_prlimit64, 0, 7, &lim, NULL) == 0);
    pid = fork();
    if (pid == 0)
        _exit(5);
    if (CHECK(pid > 0))
        show_wait("fork without any", pid);
    int e = pthread_create(&th, NULL, body, NULL);
    if (CHECK(e == 0))
        pthread_join(th, NULL);
    return t_end();
}
