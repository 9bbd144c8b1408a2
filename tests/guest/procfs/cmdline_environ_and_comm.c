/* covers: execve prctl read write */
#include <sys/prctl.h>

#include "child.h"
#include "threads.h"

static void *thread(void *arg)
{
    char buf[64], path[64];
    (void) arg;
    pthread_setname_np(pthread_self(), "a thread");
    sprintf(path, "/proc/self/task/%d/comm", (int) raw(gettid));
    MUST(get_file(path, buf, sizeof(buf)) > 0);
    printf("thread %s", buf);
    MUST(get_file("/proc/thread-self/comm", buf, sizeof(buf)) > 0);
    printf("thread-self %s", buf);
    MUST(get_file("/proc/self/comm", buf, sizeof(buf)) > 0);
    printf("process %s", buf);
    return NULL;
}

static void show_zeros(const char *name, const char *path)
{
    static char buf[65536];
    ssize_t n = get_file(path, buf, sizeof(buf));
    printf("%s: %zd bytes:", name, n);
    for (ssize_t i = 0; i < n && i < 200; i++)
        putchar(buf[i] ? buf[i] : '|');
    putchar('\n');
}

int main(int argc, char **argv)
{
    static char path[PATH_MAX], buf[256];
    if (argc > 1) {
        int fd;
        show_zeros("cmdline", "/proc/self/cmdline");
        show_zeros("environ", "/proc/self/environ");
        MUST(get_file("/proc/self/comm", buf, sizeof(buf)) > 0);
        printf("comm %s", buf);
        /* written over in place, as daemons do */
        strcpy(argv[1], "NEW");
        show_zeros("cmdline", "/proc/self/cmdline");
        memset(argv[0], 'x', 3);
        show_zeros("cmdline", "/proc/self/cmdline");
        prctl(PR_SET_NAME, "a name that is too long");
        MUST(get_file("/proc/self/comm", buf, sizeof(buf)) > 0);
        printf("comm %s", buf);
        MUST((fd = open("/proc/self/comm", O_RDWR)) >= 0);
        show("write", write(fd, "written\n", 8));
        prctl(PR_GET_NAME, buf);
        printf("name [%s]\n", buf);
        thread_join(thread_start(thread, NULL));
        return t_end();
    }
    MUST(readlink("/proc/self/exe", path, sizeof(path) - 1) > 0);
    char *args[] = {"zero", "first", "", "two words", NULL}, *env[] = {"A=1", "B=", "C=x y", NULL};
    pid_t pid = fork();
    if (pid == 0) {
        execve(path, args, env);
        _exit(1);
    }
    show_wait("child", pid);
    return t_end();
}
