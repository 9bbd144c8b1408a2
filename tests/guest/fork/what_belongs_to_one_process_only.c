/* covers: fork mlock mlockall munlockall alarm setitimer timer_create rt_sigqueueinfo getitimer flock fcntl clock_gettime getrusage */
/* svm: no (its bound on CPU time is for a real processor) */
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/time.h>

#include "child.h"
#include "fault.h"
#include "maps.h"
#include "threads.h"

/* Timers, pending signals, locks in memory and on files, times used: the child begins without, or shares what belongs to the
 * open file. */
static long locked(void)
{
    char *text = read_all("/proc/self/status");
    MUST(text);
    long n = field(text, "VmLck");
    free(text);
    return n;
}

static void show_timers(const char *who)
{
    struct itimerval it;
    static const char *const names[] = {"real", "virtual", "profiling"};
    for (int i = 0; i < 3; i++) {
        MUST(getitimer(i, &it) == 0);
        printf("%s: %s timer %s\n", who, names[i], it.it_value.tv_sec ? "runs" : "is off");
    }
    printf("%s: alarm %s\n", who, alarm(0) ? "was set" : "was not set");
}

static void show_pending(const char *who)
{
    sigset_t set;
    sigpending(&set);
    printf("%s: pending:", who);
    for (int s = 1; s < 65; s++)
        if (sigismember(&set, s))
            printf(" %s", signame(s));
    printf("\n");
}

static void show_locks(const char *who, int own, int flocked)
{
    struct flock fl = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 10};
    int again = open("lock", O_RDWR | O_CLOEXEC);
    MUST(again >= 0 && fcntl(own, F_GETLK, &fl) == 0);
    printf("%s: record lock: %s\n", who, fl.l_type == F_UNLCK ? "nobody else's" : "another's");
    fl = (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 20, .l_len = 10};
    MUST(fcntl(own, F_OFD_GETLK, &fl) == 0);
    printf("%s: lock of this open file: %s\n", who, fl.l_type == F_UNLCK ? "nobody else's" : "another's");
    fl = (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 20, .l_len = 10};
    MUST(fcntl(again, F_OFD_GETLK, &fl) == 0);
    printf("%s: for another open file: %s\n", who, fl.l_type == F_UNLCK ? "free" : "taken");
    printf("%s: flock %s, by another %s\n", who, flock(flocked, LOCK_EX | LOCK_NB) ? errname(errno) : "ok",
           flock(again, LOCK_EX | LOCK_NB) ? errname(errno) : "ok");
    close(again);
}

static void nothing(int sig)
{
    (void) sig;
}

int main(void)
{
    struct itimerval it = {.it_value = {5000, 0}, .it_interval = {5000, 0}};
    struct itimerspec its = {.it_value = {5000, 0}};
    struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR2};
    struct flock fl = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 10};
    struct timespec cpu;
    struct rusage ru;
    sigset_t all;
    timer_t timer[3];
    int own, other;
    scratch();
    char *p = map_anon(8 * T_PAGE, PROT_READ | PROT_WRITE);
    show("mlock", mlock(p, 4 * T_PAGE));
    printf("locked: %ld\n", locked());
    show_status("child", IN_CHILD({
                    printf("locked: %ld\n", locked());
                    show("mlock", mlock(p, 2 * T_PAGE));
                    printf("locked: %ld\n", locked());
                }));
    show("munlock", munlock(p, 4 * T_PAGE));
    show("mlockall", mlockall(MCL_FUTURE | MCL_ONFAULT));
    show_status("child", IN_CHILD({
                    map_anon(4 * T_PAGE, PROT_READ | PROT_WRITE);
                    printf("locked: %ld\n", locked());
                }));
    show("munlockall", munlockall());

    for (int i = 0; i < 3; i++)
        MUST(setitimer(i, &it, NULL) == 0);
    for (int i = 0; i < 3; i++)
        MUST(timer_create(i ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &ev, &timer[i]) == 0 &&
             timer_settime(timer[i], 0, &its, NULL) == 0);
    show_status("child", IN_CHILD({
                    show_timers("child");
                    for (int i = 0; i < 3; i++)
                        show("timer", timer_gettime(timer[i], &its));
                    timer_t mine;
                    MUST(timer_create(CLOCK_MONOTONIC, &ev, &mine) == 0);
                }));
    for (int i = 0; i < 3; i++)
        show("timer", timer_delete(timer[i]));
    show_timers("parent");

    signal(SIGUSR1, nothing);
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    raise(SIGUSR1);
    kill(getpid(), SIGTERM);
    sigqueue(getpid(), SIGRTMIN + 3, (union sigval){.sival_int = 5});
    pthread_kill(pthread_self(), SIGUSR2);
    show_status("child", IN_CHILD({
                    show_pending("child");
                    raise(SIGHUP);
                    show_pending("child");
                    show_status("grandchild", IN_CHILD(show_pending("grandchild")));
                }));
    show_pending("parent");

    MUST((own = open("lock", O_RDWR | O_CREAT, 0600)) >= 0 && (other = open("lock", O_RDWR)) >= 0);
    MUST(fcntl(own, F_SETLK, &fl) == 0);
    fl.l_start = 20;
    MUST(fcntl(own, F_OFD_SETLK, &fl) == 0);
    MUST(flock(other, LOCK_EX) == 0);
    show_locks("parent", own, other);
    show_status("child", IN_CHILD(show_locks("child", own, other)));
    /* the parent keeps its record lock when a child closes the file */
    MUST(IN_CHILD(close(own); close(other)) == 0);
    show_status("other", IN_CHILD(show_locks("child", own, other)));

    do
        MUST(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu) == 0);
    while (cpu.tv_sec == 0 && cpu.tv_nsec < 150000000);
    show_status("child", IN_CHILD({
                    MUST(getrusage(RUSAGE_CHILDREN, &ru) == 0);
                    CHECK(ru.ru_utime.tv_sec + ru.ru_utime.tv_usec == 0);
                    CHECK(ru.ru_stime.tv_sec + ru.ru_stime.tv_usec == 0);
                    MUST(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu) == 0);
                    CHECK(cpu.tv_sec == 0 && cpu.tv_nsec < 150000000);
                }));
    return t_end();
}
