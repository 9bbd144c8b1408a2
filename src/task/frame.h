/* Signal frames: what a handler finds on its stack and rt_sigreturn(2) takes back, in Linux's layout; the alternate stack that they may lie on. Called
 * by signal delivery and by the handlers of rt_sigreturn, sigaltstack and ptrace. Knows nothing of how signals come. */
#ifndef TASK_FRAME_H
#define TASK_FRAME_H

#include "task/task.h"

#define KSA_RESTORER 0x04000000ull /* in struct ksigaction: hidden by glibc */

/* Let `t` go on in the handler of `act`, with a frame below its stack that restores what is now and the mask `oldmask`. -EFAULT: there is no room for
 * one, or the handler has no restorer; -ENOMEM. */
int frame_write(struct thread *t, const siginfo_t *info, const struct ksigaction *act, ksigset_t oldmask);

/* rt_sigreturn(2): 0, or -EFAULT (bad frame: the caller forces SIGSEGV). */
int frame_return(struct thread *t);

/* sigaltstack(2): SS_* as a thread with stack pointer `sp` would read them; set, with its errors. */
int frame_altstack_flags(const struct thread *t, uint64_t sp);
int frame_set_altstack(struct thread *t, uint64_t sp, int flags, uint64_t size);

/* Size and components of the XSAVE area as the guest sees it. */
uint32_t frame_xstate_size(const struct thread *t, uint64_t *features);

#endif
