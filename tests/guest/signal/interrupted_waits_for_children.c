/* covers: wait4 waitid pidfd_open poll */
#include "interrupt.h"

static pid_t partner;
static int pidfd;
static siginfo_t si;
static struct pollfd pfd;

static void have_child(void)
{
    pid_t parent = getpid();
    MUST((partner = fork()) >= 0);
    if (partner == 0) {
        raw(prctl, 1 /* PR_SET_PDEATHSIG */, SIGKILL);
        while (getppid() == parent)
            pause();
        _exit(0);
    }
    MUST((pidfd = (int) raw(pidfd_open, partner, 0)) >= 0);
    pfd = (struct pollfd){pidfd, POLLIN, 0};
}

SLEEPER(c_wait4, wait4(-1, NULL, 0, NULL))
SLEEPER(c_stopped, waitpid(partner, NULL, WUNTRACED | WCONTINUED))
SLEEPER(c_waitid, waitid(P_PID, (id_t) partner, &si, WEXITED))
SLEEPER(c_nowait, waitid(P_ALL, 0, NULL, WEXITED | WNOWAIT))
SLEEPER(c_pidfd, waitid(3 /* P_PIDFD */, (id_t) pidfd, NULL, WEXITED))
SLEEPER(c_poll, poll(&pfd, 1, -1))

static const struct sleeper calls[] = {
    {"wait4", c_wait4},
    {"waitpid for stops", c_stopped},
    {"waitid", c_waitid},
    {"waitid, leaving it", c_nowait},
    {"waitid on a pidfd", c_pidfd},
    {"poll on a pidfd", c_poll},
};

int main(void)
{
    interrupt_prepare = have_child;
    interrupt_all(calls, ARRAY_SIZE(calls));
    return t_end();
}
