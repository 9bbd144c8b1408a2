/* covers: execve rt_sigpending rt_sigprocmask rt_sigaction sigaltstack setitimer prctl alarm */
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>

#include "child.h"

static void stage2(int argc, char **argv)
{
    struct sigaction sa;
    sigset_t set;
    stack_t ss;
    struct rlimit rl;
    struct itimerval it;
    char cwd[PATH_MAX], name[32];
    int v = -1;
    CHECK(atoi(argv[2]) == getpid());
    CHECK(atoi(argv[3]) == getppid());
    printf("environment %s\n", getenv("KEPT"));
    CHECK(getenv("DROPPED") == NULL);
    sigaction(SIGUSR1, NULL, &sa);
    printf("handled is %s\n", sa.sa_handler == SIG_DFL ? "default" : "else");
    printf("flags %x\n", (unsigned) sa.sa_flags & ~0x04000000u);
    sigaction(SIGUSR2, NULL, &sa);
    printf("ignored is %s\n", sa.sa_handler == SIG_IGN ? "ignored" : "else");
    sigprocmask(SIG_BLOCK, NULL, &set);
    printf("blocked %d %d\n", sigismember(&set, SIGHUP), sigismember(&set, SIGINT));
    sigpending(&set);
    printf("pending %d %d\n", sigismember(&set, SIGHUP), sigismember(&set, SIGINT));
    sigaltstack(NULL, &ss);
    printf("alternate stack %s\n", ss.ss_flags == SS_DISABLE ? "disabled" : "there");
    getrlimit(RLIMIT_NOFILE, &rl);
    printf("limit %ld\n", (long) rl.rlim_cur);
    printf("umask %o\n", (unsigned) umask(0));
    MUST(getcwd(cwd, sizeof(cwd)));
    printf("directory %s\n", cwd);
    getitimer(ITIMER_REAL, &it);
    printf("timer %s\n", it.it_value.tv_sec > 500 ? "runs" : "gone");
    prctl(PR_GET_PDEATHSIG, &v);
    printf("parent death signal %d\n", v);
    prctl(PR_GET_NAME, name);
    CHECK(strcmp(name, "renamed") != 0);
    printf("dumpable %d, no new privileges %d, keep capabilities %d\n", prctl(PR_GET_DUMPABLE),
           prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), prctl(PR_GET_KEEPCAPS));
    printf("descriptor kept: offset %ld\n", (long) lseek(10, 0, SEEK_CUR));
    show("descriptor closed", fcntl(11, F_GETFD));
    printf("nice %d\n", getpriority(PRIO_PROCESS, 0));
    show("own group", getpgid(0) == getpid());
    for (int i = 4; i < argc; i++)
        printf("[%s]\n", argv[i]);
    alarm(0);
    exit(t_end());
}

static void never(int sig)
{
    (void) sig;
    _exit(98);
}

int main(int argc, char **argv)
{
    static char alt[65536], pid[16], ppid[16], word[20000];
    struct rlimit rl;
    stack_t ss = {.ss_sp = alt, .ss_size = sizeof(alt)};
    struct itimerval it = {.it_value = {1000, 0}};
    sigset_t set;
    char path[PATH_MAX];
    int fd;
    if (argc > 1)
        stage2(argc, argv);
    ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
    MUST(n > 0);
    path[n] = 0;
    setpgid(0, 0);
    signal(SIGUSR1, never);
    signal(SIGUSR2, SIG_IGN);
    sigemptyset(&set);
    sigaddset(&set, SIGHUP);
    MUST(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
    kill(getpid(), SIGHUP);
    MUST(sigaltstack(&ss, NULL) == 0);
    MUST(getrlimit(RLIMIT_NOFILE, &rl) == 0);
    rl.rlim_cur = 77;
    MUST(setrlimit(RLIMIT_NOFILE, &rl) == 0);
    umask(0151);
    MUST(chdir("/usr") == 0);
    MUST(setitimer(ITIMER_REAL, &it, NULL) == 0);
    prctl(PR_SET_PDEATHSIG, SIGUSR2);
    prctl(PR_SET_NAME, "renamed");
    prctl(PR_SET_KEEPCAPS, 1);
    setpriority(PRIO_PROCESS, 0, 3);
    MUST((fd = open("/etc/passwd", O_RDONLY)) >= 0);
    MUST(lseek(fd, 123, SEEK_SET) == 123);
    MUST(dup2(fd, 10) == 10);
    MUST(dup3(fd, 11, O_CLOEXEC) == 11);
    sprintf(pid, "%d", getpid());
    sprintf(ppid, "%d", getppid());
    memset(word, 'w', sizeof(word) - 1);
    strcpy(word + 10, "");
    char *args[] = {argv[0], "stage2", pid, ppid, "", "two words", "$HOME", word, "\xff\x01", NULL};
    char *env[] = {"KEPT=yes", NULL};
    setenv("DROPPED", "1", 1);
    execve(path, args, env);
    show("execve", -1);
    return 1;
}
