/* covers: prctl */
#include <sys/prctl.h>

#include "told.h"
#include "threads.h"

/* PR_SET_PDEATHSIG: kept over exec, not over fork, told with the dead parent's id. */
static void tell(const char *name)
{
    int sig = -1;
    long r = prctl(PR_GET_PDEATHSIG, &sig);
    printf("%s: %ld, signal %d\n", name, r, sig);
}

int main(int argc, char **argv)
{
    struct gate done;
    if (argc > 1) {
        tell("after exec");
        return 0;
    }
    gate_init(&done);
    tell("at first");
    show("set", prctl(PR_SET_PDEATHSIG, SIGUSR1));
    tell("then");
    show("65", prctl(PR_SET_PDEATHSIG, 65));
    show("negative", prctl(PR_SET_PDEATHSIG, -1));
    show("to nowhere", raw(prctl, PR_GET_PDEATHSIG, 16));
    tell("still");
    IN_CHILD(tell("in a child"));
    IN_CHILD(prctl(PR_SET_PDEATHSIG, SIGHUP); execl("/proc/self/exe", argv[0], "x", NULL));
    raw(prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    pid_t middle = fork();
    if (middle == 0) {
        struct gate ready;
        gate_init(&ready);
        if (fork() == 0) {
            pid_t parent = getppid();
            sigset_t set = one_signal(SIGUSR2);
            siginfo_t si;
            told_block(SIGUSR2);
            MUST(prctl(PR_SET_PDEATHSIG, SIGUSR2) == 0);
            gate_open(&ready);
            MUST(raw(rt_sigtimedwait, &set, &si, NULL, 8) == SIGUSR2);
            gate_wait(&done);
            show_words("told", &si, parent);
            tell("afterwards");
            _exit(7);
        }
        gate_wait(&ready);
        _exit(0);
    }
    show_wait("middle", middle);
    gate_open(&done);
    show_wait("its child, now ours", -1);
    return t_end();
}
