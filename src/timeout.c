#include "timeout.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "base/base.h"
#include "base/lock.h"
#include "base/nspid.h"
#include "base/procfs.h"
#include "base/raw.h"

#define GRACE_SECONDS 2 /* between SIGTERM and SIGKILL */

/* A process, and its parent, by the numbers that procfs has for them. */
struct relation {
    int number, parent;
};

/* All that procfs shows; *list is malloc'd. */
static size_t relations(struct relation **list)
{
    size_t n = 0, room = 0;
    char buf[4096];
    struct dirent64 *d;
    autofd dir = (int) host(SYS_openat, PROCFS("/proc/."), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    *list = NULL;
    for (long size; dir >= 0 && (size = host(SYS_getdents64, dir, buf, sizeof buf)) > 0;)
        for (long at = 0; at < size; at += d->d_reclen) {
            d = (struct dirent64 *) (buf + at);
            int number = atoi(d->d_name), parent = number > 0 ? procfs_parent(number) : 0;
            if (parent <= 0)
                continue;
            if (n == room) {
                struct relation *more = realloc(*list, (room += 1024) * sizeof *more);
                if (!more)
                    return n;
                *list = more;
            }
            (*list)[n++] = (struct relation){number, parent};
        }
    return n;
}

/* Send `sig` to the program, unless that is gone (0), and to all that came of it: as their subreaper, this process has them all below it. Parents are
 * before their children, which they could otherwise see end, and go on. */
static void signal_all(pid_t guest, int sig)
{
    autofree struct relation *list = NULL;
    size_t n = relations(&list), found = 0; /* those in front are below us */
    int depth = nspid_depth(), parent = nspid_at(0, 1);
    if (guest)
        kill(guest, sig);
    for (size_t at = 0;; parent = list[at++].number) {
        for (size_t i = found; i < n; i++)
            if (list[i].parent == parent) {
                struct relation r = list[i];
                list[i] = list[found];
                list[found++] = r;
            }
        if (at == found)
            break;
    }
    for (size_t i = 0; i < found; i++) {
        int pid = depth > 1 ? nspid_at(list[i].number, depth) : list[i].number;
        if (pid > 1 && pid != guest)
            kill(pid, sig);
    }
}

static struct timespec after(double seconds)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    double s = (double) (time_t) seconds;
    t.tv_sec += (time_t) s;
    t.tv_nsec += (long) ((seconds - s) * 1e9);
    if (t.tv_nsec >= 1000000000)
        t.tv_sec++, t.tv_nsec -= 1000000000;
    return t;
}

static struct timespec until(const struct timespec *end)
{
    struct timespec now, left = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    left.tv_sec = end->tv_sec - now.tv_sec;
    left.tv_nsec = end->tv_nsec - now.tv_nsec;
    if (left.tv_nsec < 0)
        left.tv_sec--, left.tv_nsec += 1000000000;
    if (left.tv_sec < 0)
        left = (struct timespec){0};
    return left;
}

static void suffer(int sig)
{
    sigset_t one, old;
    sigemptyset(&one);
    sigaddset(&one, sig);
    signal(sig, SIG_DFL);
    raise(sig);
    sigprocmask(SIG_UNBLOCK, &one, &old);
    sigprocmask(SIG_SETMASK, &old, NULL);
}

static int forget(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void) st, (void) type, (void) at;
    return remove(path);
}

/* Only who dumps core has the flag. This one is nobody's, so it is small, and where the kernel names it by the directory, as is usual, it does not
 * replace the program's: it goes to a directory that is removed when this process, which alone holds the pipe's other end, is dead. False: there
 * is no such directory. */
static bool dump_aside(void)
{
    char dir[] = "/tmp/elfuse-XXXXXX", c;
    struct rlimit lim;
    int alive[2];
    autofd filter = open("/proc/self/coredump_filter", O_WRONLY | O_CLOEXEC);
    if (filter < 0 || write(filter, "0", 1) != 1 || pipe(alive) || !mkdtemp(dir))
        return false;
    pid_t pid = chdir(dir) ? -1 : fork();
    if (pid < 0) {
        rmdir(dir);
        return false;
    }
    if (pid == 0) {
        close(alive[1]);
        (void) !read(alive[0], &c, 1);
        nftw(dir, forget, 4, FTW_DEPTH | FTW_PHYS);
        _exit(0);
    }
    if (getrlimit(RLIMIT_CORE, &lim) == 0) {
        lim.rlim_cur = lim.rlim_max;
        setrlimit(RLIMIT_CORE, &lim);
    }
    return true;
}

/* End as the child did. */
static _Noreturn void end_like(int status)
{
    if (WIFSIGNALED(status)) {
        if (!WCOREDUMP(status) || !dump_aside()) /* else its core file could replace the program's */
            prctl(PR_SET_DUMPABLE, 0);
        suffer(WTERMSIG(status));
        _exit(128 + WTERMSIG(status));
    }
    _exit(WEXITSTATUS(status));
}

/* Stop as the child did, for whoever does the job control, but not beyond `end`: another child continues this process then. */
static void stop_like(int status, const struct timespec *end)
{
    pid_t pid = fork();
    if (pid < 0)
        return;
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        host(SYS_clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, end, NULL);
        kill((pid_t) host(SYS_getppid), SIGCONT); /* which is passed on */
        _exit(0);
    }
    suffer(WSTOPSIG(status));
    kill(pid, SIGKILL);
}

void timeout_watch(double seconds)
{
    sigset_t all, old;
    sigfillset(&all);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    sigprocmask(SIG_SETMASK, &all, &old);
    void (*chld)(int) = signal(SIGCHLD, SIG_DFL); /* ignored, it would tell of no end */
    pid_t guest = fork();
    if (guest < 0)
        die(125, "cannot fork for --timeout: %s", errno_text(errno));
    if (guest == 0) {
        lock_act_for(0); /* of the watcher's memory nothing is left but a copy */
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        signal(SIGCHLD, chld);
        sigprocmask(SIG_SETMASK, &old, NULL);
        return;
    }
    struct timespec end = after(seconds);
    bool late = false;
    for (;;) {
        int status;
        pid_t r;
        while ((r = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0)
            if (r != guest || (late && WIFSTOPPED(status)))
                continue;
            else if (late)
                guest = 0; /* the number may soon be another's */
            else if (WIFSTOPPED(status))
                stop_like(status, &end);
            else
                end_like(status);
        if (late && r < 0)
            _exit(124); /* nobody is left */
        struct timespec left = until(&end);
        siginfo_t info;
        int sig = sigtimedwait(&all, &info, &left);
        /* The terminal signals the whole group by itself, but tells of its end only who leads the session. */
        bool hung_up = (sig == SIGHUP || sig == SIGCONT) && host(SYS_getsid, 0) == getpid();
        if (guest && sig > 0 && sig != SIGCHLD && (info.si_code <= 0 || hung_up))
            kill(guest, sig);
        if (sig < 0 && errno == EAGAIN) {
            signal_all(guest, late ? SIGKILL : SIGTERM);
            late = true;
            end = after(GRACE_SECONDS);
        }
    }
}
