/* covers: fork rt_sigprocmask rt_sigaction sigaltstack setitimer timer_create fcntl rt_sigpending mlock prctl getrusage semop */
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/time.h>
#include <time.h>

#include "child.h"

static void handler(int sig)
{
    (void) sig;
}

static long used(const struct rusage *ru)
{
    return (ru->ru_utime.tv_sec + ru->ru_stime.tv_sec) * 1000000 + ru->ru_utime.tv_usec + ru->ru_stime.tv_usec;
}

int main(void)
{
    const long enough = 600000;
    static char alt[65536];
    stack_t ss = {.ss_sp = alt, .ss_size = sizeof(alt)};
    struct itimerval it = {.it_value = {1000, 0}};
    struct itimerspec its;
    struct flock fl = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 10};
    struct rusage ru;
    struct sigaction sa;
    sigset_t set, pending;
    timer_t timer;
    char name[32], cwd[PATH_MAX];
    int fd, v = -1;
    scratch();
    do
        getrusage(RUSAGE_SELF, &ru);
    while (used(&ru) < enough);
    MUST((fd = open("f", O_RDWR | O_CREAT | O_APPEND, 0600)) >= 0);
    MUST(write(fd, "0123456789", 10) == 10);
    MUST(fcntl(fd, F_SETLK, &fl) == 0);
    int sem = semget(IPC_PRIVATE, 1, 0600);
    MUST(sem >= 0);
    struct sembuf up = {0, 3, SEM_UNDO};
    MUST(semop(sem, &up, 1) == 0);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    raise(SIGUSR1);
    signal(SIGUSR2, handler);
    signal(SIGHUP, SIG_IGN);
    sigaltstack(&ss, NULL);
    setitimer(ITIMER_REAL, &it, NULL);
    MUST(timer_create(CLOCK_MONOTONIC, NULL, &timer) == 0);
    prctl(PR_SET_PDEATHSIG, SIGUSR2);
    prctl(PR_SET_NAME, "a parent");
    umask(027);
    setpriority(PRIO_PROCESS, 0, 2);
    while (getrusage(RUSAGE_SELF, &ru) == 0 && ru.ru_utime.tv_usec + ru.ru_stime.tv_usec < 8000)
        ;
    show_status("child", IN_CHILD({
                    sigpending(&pending);
                    printf("pending %d\n", sigismember(&pending, SIGUSR1));
                    sigprocmask(SIG_BLOCK, NULL, &set);
                    printf("blocked %d\n", sigismember(&set, SIGUSR1));
                    sigaction(SIGUSR2, NULL, &sa);
                    printf("handler %d\n", sa.sa_handler == handler);
                    sigaction(SIGHUP, NULL, &sa);
                    printf("ignored %d\n", sa.sa_handler == SIG_IGN);
                    sigaltstack(NULL, &ss);
                    printf("alternate stack %d\n", ss.ss_sp == alt && ss.ss_flags == 0);
                    getitimer(ITIMER_REAL, &it);
                    printf("interval timer %ld\n", (long) it.it_value.tv_sec);
                    show("timer", timer_gettime(timer, &its));
                    fl.l_type = F_WRLCK;
                    MUST(fcntl(fd, F_GETLK, &fl) == 0);
                    printf("lock held by %s\n", fl.l_type == F_UNLCK    ? "nobody else"
                                                : fl.l_pid == getppid() ? "the parent"
                                                                        : "others");
                    prctl(PR_GET_PDEATHSIG, &v);
                    printf("parent death signal %d\n", v);
                    prctl(PR_GET_NAME, name);
                    printf("name %s\n", name);
                    printf("umask %o\n", (unsigned) umask(0));
                    printf("nice %d\n", getpriority(PRIO_PROCESS, 0));
                    MUST(getcwd(cwd, sizeof(cwd)));
                    printf("directory %s\n", strcmp(cwd, t_dir) ? "another" : "the same");
                    getrusage(RUSAGE_SELF, &ru);
                    printf("time of the processor %s\n", used(&ru) < enough ? "its own" : "the parent's");
                    /* one open file, one offset */
                    MUST(lseek(fd, 3, SEEK_SET) == 3);
                    MUST(fcntl(fd, F_SETFL, 0) == 0);
                    MUST(fcntl(fd, F_SETFD, FD_CLOEXEC) == 0);
                }));
    printf("offset %ld, appends %d, closes on exec %d\n", (long) lseek(fd, 0, SEEK_CUR),
           (fcntl(fd, F_GETFL) & O_APPEND) != 0, fcntl(fd, F_GETFD));
    printf("semaphore %d\n", semctl(sem, 0, GETVAL));
    sigpending(&pending);
    printf("pending %d\n", sigismember(&pending, SIGUSR1));
    show("timer", timer_gettime(timer, &its));
    semctl(sem, 0, IPC_RMID);
    return t_end();
}
