/* Messages of sockets: their pieces, and the control data that comes with them, in which descriptors pass. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include "base/fds.h"
#include "sys/cred.h"
#include "sys/iov.h"
#include "sys/socket_parts.h"

/* struct user_msghdr and mmsghdr: what the C library's say, without its types. */
struct kmsg {
    uint64_t name;
    int32_t namelen, pad;
    uint64_t iov, iovlen, control, controllen;
    uint32_t flags, pad2;
};
struct kmmsg {
    struct kmsg hdr;
    uint32_t len, pad;
};

/* The kernel keeps control data below net.core.optmem_max; more is ENOBUFS. */
#define CONTROL_MAX (1u << 20)
#define SCM_MAX_RIGHTS 254 /* SCM_MAX_FD, and one of SCM_PIDFD */

#ifndef SCM_PIDFD
#define SCM_PIDFD 4
#endif
#ifndef SOL_RDS
#define SOL_RDS 276
#endif

/* With --user the sender's own ids, as it knows them, are the host's to who receives the message: the host takes no others from an ordinary user. */
static void own_ids(struct ucred *c)
{
    const struct sys_cred *own = &sys_cred;

    if (own->told && (c->uid == own->ruid || c->uid == own->euid || c->uid == own->suid))
        c->uid = (uint32_t) host(SYS_getuid);
    if (own->told && (c->gid == own->rgid || c->gid == own->egid || c->gid == own->sgid))
        c->gid = (uint32_t) host(SYS_getgid);
}

/* Make control data, which is a copy, the host's: -EBADF when it passes on a window descriptor, and -EINVAL when it is of RDS, whose messages hold
 * addresses; *rights tells whether it passes any. By the kernel's own rules of what a message is: a C library's walk may end before its. */
static int control_get(struct msghdr *m, bool *rights)
{
    size_t size = m->msg_controllen, from = 0;

    *rights = false;
    while (size - from >= sizeof(struct cmsghdr)) {
        struct cmsghdr *c = (struct cmsghdr *) ((char *) m->msg_control + from);
        if (c->cmsg_len < sizeof *c || c->cmsg_len > size - from)
            break; /* EINVAL from the host */
        if (c->cmsg_level == SOL_RDS)
            return -EINVAL;
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS) {
            *rights = true;
            const int *fd = (int *) CMSG_DATA(c);
            for (size_t i = 0; i < (c->cmsg_len - CMSG_LEN(0)) / sizeof *fd; i++)
                if (fds_reserved(fd[i]))
                    return -EBADF;
        }
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_CREDENTIALS &&
            c->cmsg_len == CMSG_LEN(sizeof(struct ucred)))
            own_ids((struct ucred *) CMSG_DATA(c));
        from += MIN(CMSG_ALIGN(c->cmsg_len), size - from);
    }
    return 0;
}

/* The header of a message, and where its bytes are: in `p`, and `m`, whose other fields are not taken over. */
static int64_t message_get(struct thread *t, int fd, uint64_t va, struct kmsg *k, enum pin_dir dir, struct pieces *p,
                           struct msghdr *m)
{
    int64_t ret = 0;

    *m = (struct msghdr){0};
    if (get_user(t->proc->space, k, gva(va)) < 0)
        ret = -EFAULT;
    else if (k->name && k->namelen < 0)
        ret = -EINVAL;
    else if (k->iovlen > IOV_MAX)
        ret = -EMSGSIZE;
    else
        ret = sys_iov(t, k->iov, k->iovlen, dir, p);
    m->msg_iov = p->iov;
    m->msg_iovlen = (size_t) p->n;
    return ret < 0 ? socket_error(fd, ret) : 0;
}

static bool waits(int fd, unsigned flags)
{
    long fl = host(SYS_fcntl, fd, F_GETFL);

    return !(flags & MSG_DONTWAIT) && fl >= 0 && !(fl & O_NONBLOCK);
}

/* What to wait at for room, or -1: the socket itself. The addressee of a datagram may be full while the socket is not, which poll(2) tells of a
 * connected one only. */
static int toward(int socket, const struct msghdr *m)
{
    struct pollfd own = {.fd = socket, .events = POLLOUT};
    struct timespec now = {0};
    if (!m->msg_name || host(SYS_ppoll, &own, 1, &now, NULL, 8) == 0)
        return -1;
    fds_create_lock();
    int fd = (int) host(SYS_socket, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd >= 0)
        fd = fds_adopt_fd(fd, false);
    fds_create_unlock();
    if (fd >= 0 && host(SYS_connect, fd, m->msg_name, m->msg_namelen)) { /* it takes from its peer alone */
        fds_close(fd);
        fd = -1;
    }
    return fd;
}

/* Descriptors leave under the lock that keeps a supervisor's new one from having a guest's number just then, so that part must not
 * block: wait for room outside, and let what a stream did not take follow. */
static int64_t send_rights(struct thread *t, int fd, struct msghdr *m, unsigned flags)
{
    size_t total = 0;
    int64_t ret, sent;
    struct timeval tv = {0};
    socklen_t len = sizeof tv;

    host(SYS_getsockopt, fd, SOL_SOCKET, SO_SNDTIMEO, &tv, &len);
    struct timespec left = {tv.tv_sec, tv.tv_usec * 1000}; /* ppoll(2) takes off what it waited */
    for (size_t i = 0; i < m->msg_iovlen; i++)
        total += m->msg_iov[i].iov_len;
    for (;;) {
        struct pollfd p = {.fd = fd, .events = POLLOUT};

        fds_use_lock();
        ret = host(SYS_sendmsg, fd, m, flags | MSG_DONTWAIT);
        fds_use_unlock();
        if (ret != -EAGAIN || !waits(fd, flags))
            break;
        int peer = toward(fd, m);
        if (peer >= 0)
            p.fd = peer;
        ret = sys_block(t, SYS_ppoll, &p, 1l, tv.tv_sec || tv.tv_usec ? &left : NULL, NULL, 0l, 0l);
        if (peer >= 0)
            fds_close(peer);
        if (ret <= 0)
            return ret < 0 ? ret : -EAGAIN;
    }
    sent = ret;
    while (ret > 0 && (size_t) sent < total && waits(fd, flags)) {
        iov_advance(&m->msg_iov, &m->msg_iovlen, (size_t) ret);
        m->msg_control = NULL;
        m->msg_controllen = 0;
        ret = sys_block(t, SYS_sendmsg, (long) fd, m, (uint64_t) flags, 0l, 0l, 0l);
        if (ret > 0)
            sent += ret;
    }
    return sent;
}

static int64_t send_one(struct thread *t, int fd, uint64_t va, unsigned flags)
{
    autopieces pieces = {0};
    autofree void *control = NULL;
    struct msghdr m;
    struct kmsg k;
    struct addr ad;
    bool rights;
    int64_t ret;

    ret = message_get(t, fd, va, &k, PIN_IN, &pieces, &m);
    if (ret < 0)
        return ret;
    if (k.controllen) {
        if (k.controllen > CONTROL_MAX)
            return socket_error(fd, -ENOBUFS);
        m.msg_control = control = malloc(k.controllen);
        m.msg_controllen = k.controllen;
        if (!control)
            return -ENOBUFS;
        if (copy_in(t->proc->space, control, gva(k.control), k.controllen) < 0)
            return -EFAULT;
    }
    ret = control_get(&m, &rights);
    if (ret < 0)
        return ret;
    ret = socket_addr_get(t, &ad, k.name, MIN(k.namelen, (int) sizeof ad.any), false);
    if (ret >= 0) {
        m.msg_name = (void *) ad.host;
        m.msg_namelen = k.name ? (socklen_t) ad.len : 0;
        ret = rights ? send_rights(t, fd, &m, flags)
                     : sys_block(t, SYS_sendmsg, (long) fd, &m, (uint64_t) flags, 0l, 0l, 0l);
    }
    socket_addr_done(&ad);
    return ret;
}

static void rights_drop(const int *fd, size_t n)
{
    fds_create_lock(); /* no descriptor of ours is at a number of the guest's meanwhile (base/fds.h) */
    for (size_t i = 0; i < n; i++)
        if (fds_given(fd[i]) >= 0)
            host(SYS_close, fd[i]);
    fds_create_unlock();
}

/* How many of `n` descriptors that came with a message the guest may have: the kernel stops at the first that there is no room for. */
static size_t rights_given(const int *fd, size_t n)
{
    size_t kept = 0;

    while (kept < n && fds_given(fd[kept]) >= 0)
        kept++;
    if (kept < n)
        rights_drop(fd + kept + 1, n - kept - 1);
    return kept;
}

/* Make it control data without the descriptors that the guest may not have, and without what begins or ends beyond `room`. */
static void control_cut(struct msghdr *m, size_t room)
{
    char *data = m->msg_control;
    size_t from = 0, to = 0, size = m->msg_controllen;

    while (size - from >= sizeof(struct cmsghdr)) {
        struct cmsghdr *c = (struct cmsghdr *) (data + from);
        size_t len = MIN(c->cmsg_len, size - from), keep = MIN(CMSG_ALIGN(len), size - from), step = keep;
        size_t left = MAX(room, from) - from;
        int *fd = (int *) CMSG_DATA(c);
        size_t n = (MAX(len, CMSG_LEN(0)) - CMSG_LEN(0)) / sizeof *fd;

        if (len < sizeof *c)
            break;
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS) {
            size_t fit = MIN(n, (MAX(left, CMSG_LEN(0)) - CMSG_LEN(0)) / sizeof *fd), given = rights_given(fd, fit);
            if (fit < n)
                rights_drop(fd + fit, n - fit);
            if (given < n) {
                m->msg_flags |= MSG_CTRUNC;
                c->cmsg_len = CMSG_LEN(given * sizeof *fd);
                keep = given ? CMSG_SPACE(given * sizeof *fd) : 0;
            }
        } else {
            if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_PIDFD && n && *fd >= 0)
                *fd = fds_given(*fd);
            if (len > left) {
                if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_PIDFD && n && *fd >= 0)
                    rights_drop(fd, 1);
                keep = 0;
            }
        }
        memmove(data + to, data + from, keep);
        to += keep;
        from += step;
    }
    m->msg_controllen = to;
}

/* Hand over what came with a message. It is looked at before the guest can change it: it names descriptors to close. */
static void control_put(struct thread *t, uint64_t va, struct msghdr *m)
{
    char *data = m->msg_control;
    size_t room = 0;

    control_cut(m, m->msg_controllen);
    if (copy_out(t->proc->space, gva(va), data, m->msg_controllen) == 0)
        return;
    /* As the kernel, which gives what it can tell of. */
    for (size_t n; room < m->msg_controllen; room += n) {
        n = MIN(sizeof(int), m->msg_controllen - room);
        if (copy_out(t->proc->space, gva(va + room), data + room, n) < 0)
            break;
    }
    control_cut(m, room);
    (void) !copy_out(t->proc->space, gva(va), data, MIN(m->msg_controllen, room));
}

static int64_t receive_one(struct thread *t, int fd, uint64_t va, unsigned flags, uint32_t *out_flags)
{
    struct space *sp = t->proc->space;
    autopieces pieces = {0};
    struct addr ad = {.len = sizeof ad.any};
    autofree char *control = NULL;
    struct msghdr m;
    struct kmsg k;
    int64_t ret, err = 0;

    ret = message_get(t, fd, va, &k, PIN_OUT, &pieces, &m);
    if (ret < 0)
        return ret;
    k.controllen = k.control ? MIN(k.controllen, CONTROL_MAX) : 0;
    if (k.controllen) {
        control = calloc(1, k.controllen);
        if (!control)
            return -ENOBUFS;
        /* What lies between the messages stays as it is; and whether there is room for them shows when there are some. */
        (void) !copy_in(sp, control, gva(k.control), k.controllen);
        m.msg_control = control;
        m.msg_controllen = k.controllen;
        fds_expect(SCM_MAX_RIGHTS);
    }
    m.msg_name = k.name ? ad.raw : NULL;
    m.msg_namelen = sizeof ad.any;
    ret = sys_block(t, SYS_recvmsg, (long) fd, &m, (uint64_t) flags, 0l, 0l, 0l);
    if (ret < 0)
        return ret;
    if (sys_iov_out(t, &pieces, ret) < 0)
        err = -EFAULT;
    if (m.msg_controllen)
        control_put(t, k.control, &m);
    if (k.name && err >= 0) {
        ad.len = (int) m.msg_namelen;
        err = socket_addr_put(t, &ad, k.name, va + offsetof(struct kmsg, namelen));
    }
    if (err >= 0 && (put_user(sp, gva(va + offsetof(struct kmsg, flags)), &m.msg_flags) < 0 ||
                     put_user(sp, gva(va + offsetof(struct kmsg, controllen)), &m.msg_controllen) < 0))
        err = -EFAULT;
    *out_flags = (uint32_t) m.msg_flags;
    return err < 0 ? err : ret;
}

int64_t sys_sendmsg(struct thread *t, const uint64_t a[6])
{
    int64_t ret = COMPAT(a[2]) ? -EINVAL : send_one(t, (int) a[0], a[1], (unsigned) a[2]);

    return ret == -EINTR ? sys_interrupted((int) a[0], false) : ret;
}

int64_t sys_recvmsg(struct thread *t, const uint64_t a[6])
{
    uint32_t out_flags;
    int64_t ret = COMPAT(a[2]) ? -EINVAL : receive_one(t, (int) a[0], a[1], (unsigned) a[2], &out_flags);

    return ret == -EINTR ? sys_interrupted((int) a[0], true) : ret;
}

/* ---- several messages: one after the other, as the kernel does it, but that it keeps an error after the first for the next call ---- */

static int64_t put_length(struct thread *t, uint64_t va, int64_t len)
{
    uint32_t n = (uint32_t) len;

    return put_user(t->proc->space, gva(va + offsetof(struct kmmsg, len)), &n);
}

int64_t sys_sendmmsg(struct thread *t, const uint64_t a[6])
{
    unsigned count = MIN((unsigned) a[2], (unsigned) IOV_MAX), done = 0;
    int64_t ret = 0;

    if (!count || COMPAT(a[3]))
        return host(SYS_sendmmsg, (int) a[0], NULL, 0, a[3]);
    while (done < count) {
        uint64_t va = a[1] + done * sizeof(struct kmmsg);

        ret = send_one(t, (int) a[0], va, (unsigned) a[3]);
        if (ret >= 0)
            ret = put_length(t, va, ret);
        if (ret < 0)
            break;
        done++;
    }
    if (done)
        return done;
    return ret == -EINTR ? sys_interrupted((int) a[0], false) : ret;
}

int64_t sys_recvmmsg(struct thread *t, const uint64_t a[6])
{
    unsigned count = (unsigned) a[2], flags = (unsigned) a[3], done = 0;
    struct space *sp = t->proc->space;
    struct timespec limit;
    int64_t end = CLOCK_NEVER, ret = 0;

    if (COMPAT(flags))
        return -EINVAL;
    if (a[4]) {
        if (get_user(sp, &limit, gva(a[4])) < 0)
            return -EFAULT;
        if (limit.tv_sec < 0 || (uint64_t) limit.tv_nsec >= 1000000000)
            return -EINVAL;
        end = clock_after(limit.tv_sec, limit.tv_nsec);
    }
    if (!count)
        return host(SYS_recvmmsg, (int) a[0], NULL, 0, flags, NULL);
    while (done < count) {
        uint64_t va = a[1] + done * sizeof(struct kmmsg);
        uint32_t got = 0;

        ret = receive_one(t, (int) a[0], va, flags & ~(unsigned) MSG_WAITFORONE, &got);
        if (ret >= 0)
            ret = put_length(t, va, ret);
        if (ret < 0)
            break;
        done++;
        if (flags & MSG_WAITFORONE)
            flags |= MSG_DONTWAIT;
        if (got & MSG_OOB || (a[4] && clock_now() >= end))
            break;
    }
    if (a[4] && done) {
        limit = clock_left(end);
        if (put_user(sp, gva(a[4]), &limit) < 0)
            return -EFAULT;
    }
    if (done)
        return done;
    return ret == -EINTR ? sys_interrupted((int) a[0], true) : ret;
}
