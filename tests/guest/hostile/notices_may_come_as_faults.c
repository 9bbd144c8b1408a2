/* covers: clone fcntl */
/* translated: no (under the translator it does not end) */
/* The kernel tells of a child's end, or of a descriptor that is ready, by the signal that was asked for: even by one that else means a
 * fault, with a positive code. */
#include "child.h"

static volatile sig_atomic_t calls;
static siginfo_t seen;

static void handler(int sig, siginfo_t *si, void *uc)
{
    (void) sig, (void) uc;
    seen = *si;
    calls++;
}

static void until_called(const char *what)
{
    while (!calls)
        sched_yield();
    printf("%s: %s code %d\n", what, signame(seen.si_signo), seen.si_code);
    calls = 0;
}

int main(void)
{
    static const int sigs[] = {SIGSEGV, SIGBUS};
    struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};

    for (unsigned i = 0; i < ARRAY_SIZE(sigs); i++) {
        int fd[2], status = 0;
        MUST(sigaction(sigs[i], &sa, NULL) == 0);
        pid_t pid = (pid_t) raw(clone, sigs[i], 0, 0, 0, 0);
        if (pid == 0)
            _exit(3);
        until_called("a child ended");
        CHECK(seen.si_pid == pid && seen.si_status == 3);
        CHECK(waitpid(pid, &status, __WALL) == pid);
        show_status("status", status);

        MUST(pipe(fd) == 0);
        CHECK(fcntl(fd[0], F_SETOWN, getpid()) == 0 && fcntl(fd[0], F_SETSIG, sigs[i]) == 0);
        CHECK(fcntl(fd[0], F_SETFL, O_ASYNC | O_NONBLOCK) == 0);
        CHECK(write(fd[1], "x", 1) == 1);
        until_called("a pipe is ready");
        close(fd[0]);
        close(fd[1]);
    }
    return t_end();
}
