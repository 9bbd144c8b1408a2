/* covers: clone clone3 semop */
/* translated: no (under the translator it does not end) */
/* svm: no (too much work for the emulated host) */
#include <poll.h>
#include <sched.h>
#include <sys/sem.h>

#include "child.h"

#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x1000
#endif

struct args {
    uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size, cgroup;
};

static volatile int got[65];

static void on(int sig)
{
    got[sig]++;
}

static long clone5(unsigned long flags, void *ptid, void *ctid)
{
    return raw(clone, flags, 0, ptid, ctid, 0);
}

/* A process with memory of its own; all that go with each other, by a bit of the number. */
static void combine(bool three)
{
    static const struct {
        const char *name;
        unsigned long flag;
    } flags[] = {
        {"ptid", CLONE_PARENT_SETTID}, {"ctid", CLONE_CHILD_SETTID}, {"clear", CLONE_CHILD_CLEARTID}, {"fs", CLONE_FS},
        {"parent", CLONE_PARENT},      {"vfork", CLONE_VFORK},       {"pidfd", CLONE_PIDFD}};
    int *sh = shared_mem(T_PAGE), bad = 0, done = 0;
    for (unsigned bits = 0; bits < 1u << ARRAY_SIZE(flags); bits++) {
        struct args a = {.exit_signal = SIGCHLD,
                         .child_tid = (uintptr_t) &sh[0],
                         .parent_tid = (uintptr_t) &sh[1],
                         .pidfd = (uintptr_t) &sh[2]};
        for (unsigned i = 0; i < ARRAY_SIZE(flags); i++)
            a.flags |= bits >> i & 1 ? flags[i].flag : 0;
        if (!three && (a.flags & CLONE_PIDFD) && (a.flags & CLONE_PARENT_SETTID))
            continue; /* one argument for two */
        if (three && (a.flags & CLONE_PARENT))
            a.exit_signal = 0;
        memset(sh, 0xff, 64);
        sh[8] = getpid();
        MUST(chdir(t_dir) == 0);
        /* from a child, so that CLONE_PARENT gives this process another one */
        int status = IN_CHILD({
            long pid = three ? raw(clone3, &a, sizeof(a))
                             : clone5(a.flags | SIGCHLD, a.flags & CLONE_PIDFD ? &sh[2] : &sh[1], &sh[0]);
            if (pid == 0) {
                int wrong = (sh[0] == getpid()) != !!(a.flags & CLONE_CHILD_SETTID);
                wrong += (getppid() == sh[8]) != !!(a.flags & CLONE_PARENT);
                wrong += chdir("/") != 0;
                sh[3] = 1;
                _exit(wrong ? 70 : 7);
            }
            if (pid < 0)
                _exit(80);
            int wrong = a.flags & CLONE_VFORK ? sh[3] != 1 : 0, st;
            wrong += (sh[1] == pid) != !!(a.flags & CLONE_PARENT_SETTID);
            if (a.flags & CLONE_PIDFD) {
                struct pollfd p = {sh[2], POLLIN, 0};
                wrong += poll(&p, 1, -1) != 1;
            }
            char cwd[PATH_MAX];
            if (a.flags & CLONE_PARENT) {
                wrong += waitpid((pid_t) pid, &st, __WALL) != -1 || errno != ECHILD;
                while (__atomic_load_n(&sh[3], __ATOMIC_ACQUIRE) != 1)
                    sched_yield();
            } else {
                wrong += waitpid((pid_t) pid, &st, 0) != pid || !WIFEXITED(st) || WEXITSTATUS(st) != 7;
            }
            MUST(getcwd(cwd, sizeof(cwd)));
            wrong += (strcmp(cwd, "/") == 0) != !!(a.flags & CLONE_FS);
            _exit(wrong);
        });
        bad += status != 0;
        if (status)
            printf("FAIL flags %lx: status %x\n", (unsigned long) a.flags, status);
        if (a.flags & CLONE_PARENT) {
            bad += waitpid(-1, &status, __WALL) <= 0 || WEXITSTATUS(status) != 7;
        }
        bad += waitpid(-1, &status, __WALL) != -1;
        done++;
    }
    printf("clone%s: %d combinations, %d bad\n", three ? "3" : "", done, bad);
    CHECK(bad == 0);
}

int main(void)
{
    int status;
    sigset_t set, old;
    long pid;
    scratch();
    combine(false);
    combine(true);
    MUST(chdir(t_dir) == 0);

    /* any signal at a child's end, or none */
    sigfillset(&set);
    sigprocmask(SIG_BLOCK, &set, &old);
    int wrong = 0;
    for (int s = 1; s < 65; s++) {
        struct sigaction sa = {.sa_handler = on};
        if (s == 32 || s == 33 || s == 34 || sigaction(s, &sa, NULL) != 0)
            continue; /* the C library's own, SIGKILL and SIGSTOP */
        pid = clone5((unsigned) s, NULL, NULL);
        if (pid == 0)
            _exit(s);
        siginfo_t si = {0};
        sigemptyset(&set);
        sigaddset(&set, s);
        while (sigwaitinfo(&set, &si) < 0 && errno == EINTR)
            ;
        wrong += si.si_signo != s || si.si_pid != pid || si.si_status != s || si.si_code != CLD_EXITED;
        wrong += waitpid((pid_t) pid, &status, __WALL) != pid || WEXITSTATUS(status) != s;
    }
    printf("exit signals: %d wrong\n", wrong);
    sigprocmask(SIG_SETMASK, &old, NULL);
    pid = clone5(65, NULL, NULL); /* no signal of that number: none */
    if (pid == 0)
        _exit(8);
    CHECK(waitpid((pid_t) pid, &status, __WALL) == pid);
    show_status("exit signal 65", status);

    /* what an old flag or a privilege is needed for */
    static const struct {
        const char *name;
        unsigned long flag;
    } odd[] = {{"CLONE_PTRACE", CLONE_PTRACE},
               {"CLONE_UNTRACED", CLONE_UNTRACED},
               {"CLONE_DETACHED", CLONE_DETACHED},
               {"CLONE_IO", CLONE_IO},
               {"CLONE_SYSVSEM", CLONE_SYSVSEM}};
    for (unsigned i = 0; i < ARRAY_SIZE(odd); i++) {
        pid = clone5(odd[i].flag | SIGCHLD, NULL, NULL);
        if (pid == 0)
            _exit(3);
        if (pid < 0)
            show(odd[i].name, pid);
        else
            show_wait(odd[i].name, (pid_t) pid);
    }

    /* the undo list of semaphores: a child's own, or one of both */
    int sem = semget(IPC_PRIVATE, 1, 0600);
    struct sembuf up = {0, 5, SEM_UNDO};
    MUST(sem >= 0);
    for (int i = 0; i < 2; i++) {
        pid = clone5((i ? CLONE_SYSVSEM : 0) | SIGCHLD, NULL, NULL);
        if (pid == 0) {
            MUST(semop(sem, &up, 1) == 0);
            _exit(0);
        }
        MUST(reap((pid_t) pid) == 0);
        printf("%s undo list: %d\n", i ? "one" : "own", semctl(sem, 0, GETVAL));
    }
    semctl(sem, 0, IPC_RMID);
    show("nobody is left", waitpid(-1, NULL, __WALL));
    return t_end();
}
