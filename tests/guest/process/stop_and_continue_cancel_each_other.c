/* covers: kill rt_sigpending rt_sigaction wait4 */
#include "told.h"

static void pending(const char *name)
{
    sigset_t set;
    sigpending(&set);
    printf("%s:", name);
    for (int s = 1; s < 65; s++)
        if (sigismember(&set, s))
            printf(" %s", signame(s));
    printf("\n");
}

int main(void)
{
    static const int sigs[] = {SIGTSTP, SIGTTIN, SIGTTOU, SIGCONT};
    for (unsigned i = 0; i < ARRAY_SIZE(sigs); i++)
        told_block(sigs[i]);
    raise(SIGTSTP);
    raise(SIGTTIN);
    raise(SIGTTOU);
    pending("stops");
    raise(SIGCONT);
    pending("a continue takes them away");
    raise(SIGTSTP);
    pending("a stop takes the continue away");
    kill(getpid(), SIGCONT);
    pending("and back");
    told_on(SIGCONT, 0);
    told_unblock(SIGCONT);
    printf("handled %d\n", (int) told_count);
    pending("none");
    /* a blocked SIGCONT continues all the same */
    struct gate ready, seen;
    int status;
    gate_init(&ready);
    gate_init(&seen);
    told_block(SIGCONT);
    pid_t pid = fork();
    if (pid == 0) {
        gate_open(&ready);
        raise(SIGSTOP);
        gate_wait(&seen);
        pending("after a blocked SIGCONT");
        _exit(0);
    }
    gate_wait(&ready);
    MUST(waitpid(pid, &status, WUNTRACED) == pid);
    show_status("child", status);
    kill(pid, SIGCONT);
    MUST(waitpid(pid, &status, WCONTINUED) == pid);
    show_status("child", status);
    gate_open(&seen);
    show_wait("child", pid);
    return t_end();
}
