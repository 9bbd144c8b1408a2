/* covers: signalfd4 */
#include <sys/signalfd.h>

#include "told.h"

/* SIGSEGV and SIGBUS in a signalfd's set are no error; real faults never go there. SIGKILL and SIGSTOP are left out. */
int main(void)
{
    sigset_t set;
    struct signalfd_siginfo si;
    sigfillset(&set);
    int fd = signalfd(-1, &set, SFD_NONBLOCK);
    show_ok("all signals", fd);
    sigset_t segv = one_signal(SIGSEGV);
    sigprocmask(SIG_BLOCK, &segv, NULL);
    show("none", read(fd, &si, sizeof(si)));
    show_status("a fault", IN_CHILD(*(volatile char *) BAD_PTR = 0));
    sigset_t kill_ = one_signal(SIGKILL);
    show_ok("SIGKILL", signalfd(-1, &kill_, 0));
    static const int more[] = {SIGILL, SIGFPE, SIGTRAP, SIGSYS};
    for (unsigned i = 0; i < ARRAY_SIZE(more); i++) {
        told_block(more[i]);
        raise(more[i]);
        show("read", read(fd, &si, sizeof(si)));
        printf("%u code %d\n", si.ssi_signo, si.ssi_code);
    }
    return t_end();
}
