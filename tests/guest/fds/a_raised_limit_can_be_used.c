/* covers: setrlimit open dup2 pipe close_range execve clone recvmsg getdents64 */
#include "t.h"
#include <dirent.h>
#include <poll.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/socket.h>

#define MANY 1500

/* Which numbers are given is not said: some are not the program's to use. */
static int take(int *fd, int n)
{
    int bad = 0;

    for (int i = 0; i < n; i++) {
        struct stat st;

        fd[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
        bad += fd[i] < 0 || fstat(fd[i], &st) || !S_ISCHR(st.st_mode) || (i && fd[i] <= fd[i - 1]);
    }
    return bad;
}

static int listed(void)
{
    DIR *d = opendir("/proc/self/fd");
    int n = 0;

    for (struct dirent *e; (e = readdir(d));)
        n += e->d_name[0] != '.';
    closedir(d);
    return n - 1;
}

static void *run(void *arg)
{
    return arg;
}

static int passed(int fd)
{
    int sv[2], got = -1;
    char byte = 0, room[CMSG_SPACE(sizeof fd)] = {0};
    struct iovec iov = {&byte, 1};
    struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);

    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(c), &fd, sizeof fd);
    MUST(socketpair(AF_UNIX, SOCK_DGRAM, 0, sv) == 0 && sendmsg(sv[0], &m, 0) == 1 && recvmsg(sv[1], &m, 0) == 1);
    if ((c = CMSG_FIRSTHDR(&m)))
        memcpy(&got, CMSG_DATA(c), sizeof got);
    close(sv[0]);
    close(sv[1]);
    return got >= 0 && fcntl(got, F_GETFD) == 0 && close(got) == 0;
}

static void use(const char *when)
{
    static int fd[MANY];
    struct pollfd p;
    pthread_t th;
    pid_t pid;
    int two[2], status;

    printf("%s\n", when);
    show("unusable", take(fd, MANY));
    show("listed", listed());
    show("passed", passed(fd[MANY - 1]));
    MUST(pipe(two) == 0);
    p = (struct pollfd){two[0], POLLIN, 0};
    MUST(write(two[1], "x", 1) == 1);
    show("poll", poll(&p, 1, -1));
    show("events", p.revents);
    show("thread", pthread_create(&th, NULL, run, NULL) || pthread_join(th, NULL));
    fflush(stdout);
    pid = fork();
    if (pid == 0) {
        int at = open("/dev/null", O_RDONLY);

        _exit(at > two[1] && fcntl(fd[MANY - 1], F_GETFD) == FD_CLOEXEC && dup2(at, at + 1) == at + 1 ? 5 : 6);
    }
    MUST(waitpid(pid, &status, 0) == pid);
    show("child", WEXITSTATUS(status));
    show("close_range", syscall(SYS_close_range, fd[10], ~0u, 0));
    show("listed", listed());
    show("again", open("/dev/null", O_RDONLY | O_CLOEXEC) == fd[10]);
    syscall(SYS_close_range, 3, ~0u, 0);
}

int main(int argc, char **argv)
{
    struct rlimit lim;

    MUST(getrlimit(RLIMIT_NOFILE, &lim) == 0);
    if (lim.rlim_max < 3000 + MANY) {
        puts("the hard limit is too low");
        return t_end();
    }
    if (argc > 1) {
        use("after exec");
        lim.rlim_cur = 512;
        show("lower", setrlimit(RLIMIT_NOFILE, &lim));
        show("at the limit", dup2(0, 512));
        while (dup(0) >= 0)
            ;
        show("full", open("/dev/null", O_RDONLY));
        return t_end();
    }
    lim.rlim_cur = lim.rlim_max;
    show("raise", setrlimit(RLIMIT_NOFILE, &lim));
    show("last", dup2(0, (int) (lim.rlim_max > 1 << 20 ? 1 << 20 : lim.rlim_max) - 1) > 0);
    syscall(SYS_close_range, 3, ~0u, 0);
    use("raised");
    fflush(stdout);
    execl("/proc/self/exe", argv[0], "again", NULL);
    return 1;
}
