/* What the three files of signals have in common, and nobody else: window.c lets them in, action.c has the dispositions, signal.c delivers. */
#ifndef TASK_SIGNAL_PARTS_H
#define TASK_SIGNAL_PARTS_H

#include "task/signal.h"

#define SYNC_BITS CPU_ALWAYS_OPEN
#define UNBLOCKABLE (KSIG_BIT(SIGKILL) | KSIG_BIT(SIGSTOP))
/* By default. */
#define IGNORED_BITS (KSIG_BIT(SIGCHLD) | KSIG_BIT(SIGCONT) | KSIG_BIT(SIGURG) | KSIG_BIT(SIGWINCH))
#define CORE_BITS                                                                                                      \
    (SYNC_BITS | KSIG_BIT(SIGQUIT) | KSIG_BIT(SIGILL) | KSIG_BIT(SIGTRAP) | KSIG_BIT(SIGABRT) | KSIG_BIT(SIGFPE) |     \
     KSIG_BIT(SIGXCPU) | KSIG_BIT(SIGSYS) | KSIG_BIT(SIGXFSZ))
/* A terminal looks whether who reads or sets it from the background ignores these: is_ignored() of the kernel. */
#define TERMINAL_BITS (KSIG_BIT(SIGTTIN) | KSIG_BIT(SIGTTOU))
#define STOP_BITS (KSIG_BIT(SIGSTOP) | KSIG_BIT(SIGTSTP) | TERMINAL_BITS)

/* window.c */
void signal_host_handler(int sig, siginfo_t *info, void *context);
void signal_restorer(void);
void signal_set_host_mask(ksigset_t mask);
/* The host knows no thread that blocks SIGSEGV or SIGBUS, so it may have chosen one that does. One that does not gets them here. */
void signal_pass_on_sync(struct thread *t);

/* action.c */
bool signal_is_deadly(int sig); /* by default */
int signal_host_action(int sig, uint64_t handler, uint64_t flags);
/* The host's disposition that goes with the guest's: the same, but for handlers, which are ours. With the lock of `sh`. */
int signal_mirror_action(const struct sighand *sh, int sig, const struct ksigaction *act);
/* This process ends by `sig`: the host's disposition is the default one, for who shares it, too, until signal_repair_actions(). */
void signal_end_action(struct sighand *sh, int sig);

#endif
