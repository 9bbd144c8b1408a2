/* Processes that end, or execute, by another thread's doing at any moment of a fork: a child that there is comes to its own end. */
#ifndef ORPHANS_H
#define ORPHANS_H

#include <sys/prctl.h>

#include "child.h"
#include "threads.h"

enum { ENDS = 3 };
static const char *const names[ENDS] = {"exit_group", "kill", "execve"};
static const int often[ENDS] = {100, 100, 40};

static _Atomic uint32_t begun;
static int64_t spin_ns;
static int how;

static void *ends(void *arg)
{
    char *const argv[] = {(char *) "self", (char *) "again", NULL};
    atomic_store(&begun, 1);
    for (int64_t from = now_ns(CLOCK_MONOTONIC); now_ns(CLOCK_MONOTONIC) - from < spin_ns;)
        ;
    if (how == 0)
        raw(exit_group, 0);
    if (how == 1)
        raw(kill, getpid(), SIGKILL);
    execv("/proc/self/exe", argv);
    return arg;
}

static void round_of(int64_t ns, pid_t (*make)(void))
{
    spin_ns = ns;
    pid_t p = fork();
    MUST(p >= 0);
    if (p)
        return;
    thread_start(ends, NULL);
    while (!atomic_load(&begun))
        ;
    if (make() == 0)
        _exit(7);
    for (;;)
        pause();
}

static int ends_as_it_makes(pid_t (*make)(void), int argc)
{
    if (argc > 1)
        _exit(0);
    MUST(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
    int64_t usual = INT64_MAX;
    for (int i = 0; i < 8; i++) {
        int64_t from = now_ns(CLOCK_MONOTONIC), ns;
        IN_CHILD();
        ns = now_ns(CLOCK_MONOTONIC) - from;
        usual = ns < usual ? ns : usual;
    }
    for (how = 0; how < ENDS; how++) {
        int others = 0, status;
        for (int i = 0; i < often[how]; i++) {
            pid_t pid;
            round_of(usual * 2 * i / often[how], make);
            while ((pid = waitpid(-1, &status, 0)) > 0) {
                bool parent = WIFEXITED(status) ? WEXITSTATUS(status) == 0 : WTERMSIG(status) == SIGKILL && how == 1;
                bool child = WIFEXITED(status) && WEXITSTATUS(status) == 7;
                if (!parent && !child && others++ < 3)
                    show_status(names[how], status);
            }
        }
        printf("%s: %d ended otherwise\n", names[how], others);
    }
    return t_end();
}

#endif
