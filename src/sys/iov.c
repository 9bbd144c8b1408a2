/* Vectors of the guest's as vectors of the host's. What a call takes at most in one piece each may be more pieces here (mem_iov): then those that would not
 * fit go through copies, since a message that is cut is another message. */
#include "sys/iov.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#define THE_END 1 /* a short transfer, of a stream or a file, which every caller has to expect */

/* One piece of the guest's, with `left` more to come after it. */
static int add_piece(struct thread *t, struct pieces *p, const struct iovec *user, int left, enum pin_dir dir)
{
    struct space *sp = t->proc->space;
    const gva_t va = gva((uint64_t) user->iov_base);
    int n = p->n, ret;

    if (user->iov_len == 0) {
        p->iov[p->n++] = (struct iovec){mem_hva(sp, va, 0, NULL), 0};
        return 0;
    }
    if (mem_iov(sp, va, user->iov_len, p->iov, &n, IOV_MAX - left) < user->iov_len) {
        if (user->iov_len > PIN_COPY_MAX) {
            p->n = n;
            return THE_END;
        }
        if (!p->copy)
            p->copy = malloc(IOV_MAX * sizeof *p->copy);
        if (!p->copy)
            return -ENOMEM;
        struct piece_copy *c = &p->copy[p->copies];
        ret = pin(t, &c->pin, va.v, user->iov_len, dir);
        if (ret < 0)
            return ret;
        c->at = p->n;
        p->copies++;
        n = p->n;
        p->iov[n++] =
            (struct iovec){c->pin.hva, user->iov_len}; /* what cannot be read is not there behind the copy either */
    }
    p->n = n;
    return 0;
}

int sys_iov(struct thread *t, uint64_t va, uint64_t count, enum pin_dir dir, struct pieces *p)
{
    struct iovec user[IOV_MAX];
    int ret = mem_iov_check(t->proc->space, gva(va), count, user);

    if (ret < 0)
        return ret;
    p->iov = malloc(IOV_MAX * sizeof *p->iov);
    if (!p->iov)
        return -ENOMEM;
    for (unsigned i = 0; i < count && ret == 0; i++)
        ret = add_piece(t, p, &user[i], (int) (count - i - 1), dir);
    return MIN(ret, 0);
}

int sys_iov_out(struct thread *t, struct pieces *p, int64_t done)
{
    uint64_t off = 0;
    int ret = 0;

    for (int i = 0, k = 0; k < p->copies && (int64_t) off < done; off += p->iov[i++].iov_len) {
        if (p->copy[k].at != i)
            continue;
        if (pin_done(t, &p->copy[k++].pin, (uint64_t) done - off) < 0)
            ret = -EFAULT;
    }
    return ret;
}

void sys_iov_free(struct pieces *p)
{
    for (int k = 0; k < p->copies; k++)
        pin_done(NULL, &p->copy[k].pin, 0);
    free(p->copy);
    free(p->iov);
}
