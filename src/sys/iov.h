/* Vectors of the guest's as vectors of the host's, for the handlers of calls that take them. */
#ifndef SYS_IOV_H
#define SYS_IOV_H

#include "sys/handlers.h"

struct pieces {
    struct iovec *iov; /* what to hand to the host, n of them: at most IOV_MAX */
    int n, copies;
    struct piece_copy {
        struct pin pin;
        int at; /* which of iov it is */
    } * copy;
};

/* Translate the `count` pieces at `va`, which the call reads (PIN_IN) or writes (PIN_OUT). 0, or the errno of mem_iov_user(). Only of pieces that no message
 * is as large as some may be left out. `p` is zero before, and ended by sys_iov_free() in any case. */
int sys_iov(struct thread *t, uint64_t va, uint64_t count, enum pin_dir dir, struct pieces *p);
/* The call has written `done` bytes: give the guest what of them lies in copies. 0 or -EFAULT. */
int sys_iov_out(struct thread *t, struct pieces *p, int64_t done);
void sys_iov_free(struct pieces *p);
#define autopieces __attribute__((cleanup(sys_iov_free))) struct pieces

#endif
