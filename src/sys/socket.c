/* Sockets: addresses (names of UNIX sockets are paths of the guest), single buffers, and options that hold pointers. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/fds.h"
#include "fs/procname.h"
#include "sys/handlers.h"
#include "sys/socket_parts.h"

/* ---- addresses ---- */

void socket_addr_done(struct addr *ad)
{
    if (ad->resolved)
        fs_at_done(&ad->at);
}

static const char fds[] = "/proc/thread-self/fd/";

/* The name that a socket gets whose parent directory is at this host path: the host's path of it, or where that is too long for a sockaddr, its path
 * in the root by the root's descriptor, "/proc/thread-self/fd/N//tmp/name". The guest's can be told from both, in other processes, too. None if both are. */
static void name_made(struct addr *ad, const char *parent, const char *name)
{
    const int room = sizeof ad->un.sun_path;
    const size_t root = strlen(fs_root.host_path);
    int n = snprintf(ad->un.sun_path, sizeof ad->un.sun_path, "%s%s", parent, name);

    if (n >= room && fs_is_below(parent, fs_root.host_path, root))
        n = snprintf(ad->un.sun_path, sizeof ad->un.sun_path, "%s%d/%s%s", fds, fs_root.fd, parent + root, name);
    if (n >= room)
        ad->un.sun_path[0] = '\0';
}

/* The name of a UNIX socket under a sysroot: to make one as above, and to find one, or when that is too long, the way through a descriptor. */
static int unix_resolve(struct addr *ad, bool create)
{
    char path[sizeof ad->un.sun_path + 1] = {0}, parent[PATH_MAX];
    int ret;

    memcpy(path, ad->un.sun_path, (size_t) ad->len - offsetof(struct sockaddr_un, sun_path));
    /* A plain name in the working directory, which lies inside: nothing in it leads elsewhere, and it stays what the guest knows. */
    if (create && !strchr(path, '/'))
        return 0;
    ret = fs_resolve(AT_FDCWD, path, create ? FS_CREATE | FS_NOFOLLOW : 0, &ad->at);
    if (ret < 0)
        return ret;
    ad->resolved = true;
    memset(ad->un.sun_path, 0, sizeof ad->un.sun_path);
    if (create && ad->at.owned >= 0 && proc_fd_link(ad->at.owned, parent, sizeof parent) > 0)
        name_made(ad, parent, strchr(ad->at.path + sizeof fds - 1, '/')); /* with all that follows it, as in "link/" */
    if (!ad->un.sun_path[0]) {
        if (strlen(ad->at.path) >= sizeof ad->un.sun_path)
            return -ENAMETOOLONG;
        strcpy(ad->un.sun_path, ad->at.path);
    }
    ad->len = (int) (offsetof(struct sockaddr_un, sun_path) + strlen(ad->un.sun_path) + 1);
    return 0;
}

int socket_addr_get(struct thread *t, struct addr *ad, uint64_t va, int len, bool create)
{
    memset(ad, 0, offsetof(struct addr, at));
    ad->resolved = false;
    ad->len = len;
    if (!va)
        return 0;
    ad->host = BAD_PTR;
    if (len < 0 || len > (int) sizeof ad->any || copy_in(t->proc->space, ad->raw, gva(va), (size_t) len) < 0)
        return 0;
    ad->host = ad->raw;
    if (fs_root.fd < 0 || len <= (int) offsetof(struct sockaddr_un, sun_path) || len > (int) sizeof ad->un ||
        ad->sa.sa_family != AF_UNIX || !ad->un.sun_path[0])
        return 0;
    return unix_resolve(ad, create);
}

/* What follows the descriptor of a root in the name that name_made() gave, or NULL. */
static const char *in_its_root(const char *name)
{
    if (strncmp(name, fds, sizeof fds - 1) != 0)
        return NULL;
    name = strchr(name + sizeof fds - 1, '/');
    return name && name[1] == '/' ? name + 1 : NULL;
}

/* The name that the guest knows a UNIX socket by. */
static void unix_name(struct addr *ad)
{
    char guest[PATH_MAX];
    int64_t n;

    if (fs_root.fd < 0 || ad->len <= (int) offsetof(struct sockaddr_un, sun_path) || ad->sa.sa_family != AF_UNIX ||
        ad->un.sun_path[0] != '/')
        return;
    ad->raw[MIN((size_t) ad->len, sizeof ad->raw - 1)] = '\0';
    const char *inside = in_its_root(ad->un.sun_path);
    n = inside ? snprintf(guest, sizeof guest, "%s", inside) : fs_guest_path(ad->un.sun_path, guest, sizeof guest);
    if (n <= 0 || (size_t) n >= sizeof ad->un.sun_path)
        return;
    memcpy(ad->un.sun_path, guest, (size_t) n + 1);
    ad->len = (int) (offsetof(struct sockaddr_un, sun_path) + (size_t) n + 1);
}

int socket_addr_put(struct thread *t, struct addr *ad, uint64_t va, uint64_t lenva)
{
    struct space *sp = t->proc->space;
    int room;

    unix_name(ad);
    if (get_user(sp, &room, gva(lenva)) < 0)
        return -EFAULT;
    if (room < 0)
        return -EINVAL;
    room = MIN(room, ad->len);
    if (room && copy_out(sp, gva(va), ad->raw, (size_t) room) < 0)
        return -EFAULT;
    return put_user(sp, gva(lenva), &ad->len);
}

int64_t sys_bind(struct thread *t, const uint64_t a[6])
{
    struct addr ad;
    int64_t ret = socket_addr_get(t, &ad, a[1], (int) a[2], true);

    if (ret >= 0)
        ret = host(SYS_bind, (int) a[0], ad.host, ad.len);
    socket_addr_done(&ad);
    return ret;
}

int64_t sys_connect(struct thread *t, const uint64_t a[6])
{
    struct addr ad;
    int64_t ret = socket_addr_get(t, &ad, a[1], (int) a[2], false);

    if (ret >= 0)
        ret = sys_block(t, SYS_connect, (long) (int) a[0], ad.host, (long) ad.len, 0l, 0l, 0l);
    socket_addr_done(&ad);
    return ret == -EINTR ? sys_interrupted((int) a[0], false) : ret;
}

static int64_t accept_at(struct thread *t, const uint64_t a[6], int flags)
{
    struct addr ad = {.len = sizeof ad.any};
    int64_t ret, err;

    ret =
        sys_block(t, SYS_accept4, (long) (int) a[0], a[1] ? ad.raw : NULL, a[1] ? &ad.len : NULL, (long) flags, 0l, 0l);
    if (ret == -EINTR)
        return sys_interrupted((int) a[0], true);
    if (ret >= 0)
        ret = fds_given((int) ret);
    if (ret < 0 || !a[1])
        return ret;
    err = socket_addr_put(t, &ad, a[1], a[2]);
    if (err < 0) {
        fds_use_lock(); /* another thread may have closed it, and then it could be one of ours that is born */
        host(SYS_close, ret);
        fds_use_unlock();
        return err;
    }
    return ret;
}

int64_t sys_accept(struct thread *t, const uint64_t a[6])
{
    return accept_at(t, a, 0);
}

int64_t sys_accept4(struct thread *t, const uint64_t a[6])
{
    return accept_at(t, a, (int) a[3]);
}

static int64_t name_of(struct thread *t, long nr, const uint64_t a[6])
{
    struct addr ad = {.len = sizeof ad.any};
    int64_t ret = host(nr, (int) a[0], ad.raw, &ad.len);

    return ret < 0 ? ret : socket_addr_put(t, &ad, a[1], a[2]);
}

int64_t sys_getsockname(struct thread *t, const uint64_t a[6])
{
    return name_of(t, SYS_getsockname, a);
}

int64_t sys_getpeername(struct thread *t, const uint64_t a[6])
{
    return name_of(t, SYS_getpeername, a);
}

/* ---- one buffer ---- */

int64_t socket_error(int fd, int64_t err)
{
    int64_t ret = host(SYS_getsockopt, fd, SOL_SOCKET, SO_TYPE, NULL, NULL);

    return ret == -EFAULT ? err : ret;
}

/* The pieces of a buffer: at least one, so that an empty one keeps its address. */
static int buffer_iov(struct thread *t, uint64_t va, size_t size, struct iovec iov[IOV_MAX])
{
    int n = 0;

    size = MIN(size, 0x7ffff000u);
    if (!mem_is_user(va, size))
        iov[n++] = (struct iovec){BAD_PTR, size};
    else
        mem_iov(t->proc->space, gva(va), size, iov, &n, IOV_MAX);
    if (!n)
        iov[n++] = (struct iovec){mem_hva(t->proc->space, gva(va), 0, NULL), 0};
    return n;
}

int64_t sys_sendto(struct thread *t, const uint64_t a[6])
{
    struct iovec iov[IOV_MAX];
    struct addr ad;
    int64_t ret = socket_addr_get(t, &ad, a[4], (int) a[5], false);

    if (ret >= 0) {
        int n = buffer_iov(t, a[1], a[2], iov);

        if (n == 1) {
            ret =
                sys_block(t, SYS_sendto, (long) (int) a[0], iov->iov_base, iov->iov_len, a[3], ad.host, (long) ad.len);
        } else {
            struct msghdr m = {(void *) ad.host, (socklen_t) ad.len, iov, (size_t) n, NULL, 0, 0};

            ret = sys_block(t, SYS_sendmsg, (long) (int) a[0], &m, a[3] & ~COMPAT_FLAG, 0l, 0l, 0l);
        }
    }
    socket_addr_done(&ad);
    return ret == -EINTR ? sys_interrupted((int) a[0], false) : ret;
}

int64_t sys_recvfrom(struct thread *t, const uint64_t a[6])
{
    struct iovec iov[IOV_MAX];
    struct addr ad = {.len = sizeof ad.any};
    int n = buffer_iov(t, a[1], a[2], iov);
    int64_t ret;

    if (n == 1) {
        ret = sys_block(t, SYS_recvfrom, (long) (int) a[0], iov->iov_base, iov->iov_len, a[3], a[4] ? ad.raw : NULL,
                        a[4] ? &ad.len : NULL);
    } else {
        struct msghdr m = {a[4] ? ad.raw : NULL, sizeof ad.any, iov, (size_t) n, NULL, 0, 0};

        ret = sys_block(t, SYS_recvmsg, (long) (int) a[0], &m, a[3] & ~COMPAT_FLAG, 0l, 0l, 0l);
        ad.len = (int) m.msg_namelen;
    }
    if (ret == -EINTR)
        return sys_interrupted((int) a[0], true);
    if (ret >= 0 && a[4]) {
        int err = socket_addr_put(t, &ad, a[4], a[5]);

        if (err < 0)
            return err;
    }
    return ret;
}

/* ---- options ---- */

/* Options whose structures hold addresses that the kernel would write to, or map, in the host process. */
static const struct {
    int level, first, last;
} refused[] = {
    {0 /* SOL_IP */, 64, 65},       /* IPT_SO_SET_REPLACE, _ADD_COUNTERS */
    {0, 96, 97},                    /* ARPT_SO_SET_* */
    {0, 128, 131},                  /* EBT_SO_SET_* */
    {41 /* SOL_IPV6 */, 64, 65},    /* IP6T_SO_SET_* */
    {6 /* SOL_TCP */, 35, 35},      /* TCP_ZEROCOPY_RECEIVE */
    {6, 41, 41},                    /* TCP_AO_GET_KEYS: writes as many structures as a field inside says */
    {132 /* SOL_SCTP */, 111, 111}, /* SCTP_SOCKOPT_CONNECTX3 */
    {263 /* SOL_PACKET */, 22, 22}, /* PACKET_FANOUT_DATA */
    {276 /* SOL_RDS */, 0, INT_MAX},
    {283 /* SOL_XDP */, 0, INT_MAX},
};

static bool is_refused(int level, int name)
{
    for (unsigned i = 0; i < ARRAY_SIZE(refused); i++)
        if (level == refused[i].level && name >= refused[i].first && name <= refused[i].last)
            return true;
    return false;
}

/* struct sock_fprog: a program behind a pointer. */
static int64_t set_filter(struct thread *t, const uint64_t a[6])
{
    struct sock_fprog prog;
    struct pin p;
    int64_t ret;

    if ((int) a[4] < 0 || (size_t) (int) a[4] != sizeof prog)
        return host(SYS_setsockopt, (int) a[0], (int) a[1], (int) a[2], NULL, (int) a[4]);
    if (get_user(t->proc->space, &prog, gva(a[3])) < 0)
        return host(SYS_setsockopt, (int) a[0], (int) a[1], (int) a[2], BAD_PTR, (int) a[4]);
    ret = pin(t, &p, (uint64_t) prog.filter, prog.len * sizeof(struct sock_filter), PIN_IN);
    if (ret < 0)
        return ret;
    prog.filter = p.hva;
    ret = host(SYS_setsockopt, (int) a[0], (int) a[1], (int) a[2], &prog, (int) a[4]);
    pin_done(t, &p, 0);
    return ret;
}

static bool any_lingers; /* one has been told to: else there is nothing to ask */

static bool has_time_to_linger(int fd)
{
    struct linger l = {0};
    socklen_t len = sizeof l;

    return host(SYS_getsockopt, fd, SOL_SOCKET, SO_LINGER, &l, &len) == 0 && l.l_onoff && l.l_linger;
}

bool sys_lingers(int fd)
{
    return __atomic_load_n(&any_lingers, __ATOMIC_RELAXED) && has_time_to_linger(fd);
}

int64_t sys_setsockopt(struct thread *t, const uint64_t a[6])
{
    int level = (int) a[1], name = (int) a[2];

    if (level == SOL_SOCKET && (name == SO_ATTACH_FILTER || name == SO_ATTACH_REUSEPORT_CBPF))
        return set_filter(t, a);
    if (is_refused(level, name))
        return socket_error((int) a[0], -ENOPROTOOPT);
    int64_t ret = sys_pass(t, sys_row_of(SYS_setsockopt), a);
    if (level == SOL_SOCKET && name == SO_LINGER && has_time_to_linger((int) a[0]))
        __atomic_store_n(&any_lingers, true, __ATOMIC_RELAXED);
    return ret;
}

/* IP_MSFILTER and MCAST_MSFILTER write as many addresses as a field inside says, past the caller's length. */
static int64_t get_sources(struct thread *t, const uint64_t a[6], uint32_t len)
{
    enum { ROOM = 16 << 20 };
    const bool ipv4 = (int) a[2] == IP_MSFILTER;
    const uint32_t head = ipv4 ? IP_MSFILTER_SIZE(0) : GROUP_FILTER_SIZE(0);
    const uint32_t unit = ipv4 ? sizeof(struct in_addr) : sizeof(struct sockaddr_storage);
    const uint32_t at = ipv4 ? offsetof(struct ip_msfilter, imsf_numsrc) : offsetof(struct group_filter, gf_numsrc);
    uint32_t sources = 0;
    int64_t ret;

    if (len >= head && copy_in(t->proc->space, &sources, gva(a[3] + at), sizeof sources) < 0)
        return -EFAULT;
    len = MIN(len, (uint32_t) ROOM);
    sources = MIN(sources, (ROOM - head) / unit);
    const uint32_t room = MAX(len, head + sources * unit);
    autofree char *copy = calloc(1, room);
    if (!copy)
        return -ENOBUFS;
    if (copy_in(t->proc->space, copy, gva(a[3]), len) < 0)
        return -EFAULT;
    if (len >= head)
        memcpy(copy + at, &sources, sizeof sources); /* the other was looked at */
    ret = host(SYS_getsockopt, (int) a[0], (int) a[1], (int) a[2], copy, &len);
    if (ret < 0)
        return ret;
    if (copy_out(t->proc->space, gva(a[3]), copy, MIN(len, room)) < 0 || put_user(t->proc->space, gva(a[4]), &len) < 0)
        return -EFAULT;
    return ret;
}

/* MPTCP_FULL_INFO: two arrays behind pointers, with a structure for each of so many subflows. On a copy, as the kernel reads it again. */
static int64_t get_full_info(struct thread *t, const uint64_t a[6], uint32_t len)
{
    enum { SUBFLOWS_MAX = 1024 }; /* a subflow's number is a byte */
    struct {                      /* struct mptcp_full_info */
        uint32_t tcp_known, tcp_size, sub_known, sub_size, found, count;
        uint64_t sub, tcp;
        uint8_t info[PAGE_SIZE];
    } full = {0}, asked;
    struct pin sub, tcp;
    int64_t ret;

    if (copy_in(t->proc->space, &full, gva(a[3]), offsetof(typeof(full), info)) < 0)
        return host(SYS_getsockopt, (int) a[0], (int) a[1], (int) a[2], BAD_PTR, &len);
    asked = full;
    len = MIN(len, (uint32_t) sizeof full);
    full.count = MIN(full.count, SUBFLOWS_MAX);
    if (full.sub_size <= INT_MAX) /* more is EINVAL */
        full.sub_size = MIN(full.sub_size, PAGE_SIZE);
    if (full.tcp_size <= INT_MAX)
        full.tcp_size = MIN(full.tcp_size, PAGE_SIZE);
    ret = pin(t, &sub, full.sub, (size_t) full.count * MIN(full.sub_size, PAGE_SIZE), PIN_INOUT);
    if (ret < 0)
        return ret;
    ret = pin(t, &tcp, full.tcp, (size_t) full.count * MIN(full.tcp_size, PAGE_SIZE), PIN_INOUT);
    if (ret >= 0) {
        full.sub = (uint64_t) sub.hva;
        full.tcp = (uint64_t) tcp.hva;
        ret = host(SYS_getsockopt, (int) a[0], (int) a[1], (int) a[2], &full, &len);
        if (pin_done(t, &tcp, tcp.size) < 0 && ret >= 0)
            ret = -EFAULT;
    }
    if (pin_done(t, &sub, sub.size) < 0 && ret >= 0)
        ret = -EFAULT;
    if (ret < 0)
        return ret;
    full.count = asked.count;
    full.sub = asked.sub;
    full.tcp = asked.tcp;
    if (copy_out(t->proc->space, gva(a[3]), &full, MIN(len, (uint32_t) sizeof full)) < 0 ||
        put_user(t->proc->space, gva(a[4]), &len) < 0)
        return -EFAULT;
    return ret;
}

/* SO_PEERNAME, whose length has to be at most that of the name. */
static int64_t get_peer(struct thread *t, const uint64_t a[6], uint32_t len)
{
    struct addr ad = {.len = sizeof ad.any};
    int64_t ret = host(SYS_getpeername, (int) a[0], ad.raw, &ad.len);

    if (ret < 0)
        return socket_error((int) a[0], -ENOTCONN);
    unix_name(&ad);
    if (len > (uint32_t) ad.len)
        return -EINVAL;
    if (copy_out(t->proc->space, gva(a[3]), ad.raw, len) < 0 || put_user(t->proc->space, gva(a[4]), &len) < 0)
        return -EFAULT;
    return 0;
}

int64_t sys_getsockopt(struct thread *t, const uint64_t a[6])
{
    int level = (int) a[1], name = (int) a[2];
    uint32_t len = 0, room;
    struct pin value;
    int64_t ret;

    if (is_refused(level, name))
        return socket_error((int) a[0], -ENOPROTOOPT);
    if (!a[4] || get_user(t->proc->space, &len, gva(a[4])) < 0)
        return host(SYS_getsockopt, (int) a[0], level, name, NULL, BAD_PTR);
    if ((level == 0 && (name == 41 || name == 48)) || (level == 41 && name == 48))
        return get_sources(t, a, len);
    if (level == SOL_SOCKET && name == SO_PEERNAME && fs_root.fd >= 0)
        return get_peer(t, a, len);
    if (level == 284 /* SOL_MPTCP */ && name == 4 /* MPTCP_FULL_INFO */)
        return get_full_info(t, a, len);
    room = len = len > INT_MAX ? len : MIN(len, 1u << 20); /* what was pinned, and no option is longer */
    /* SO_GET_FILTER counts instructions. */
    ret = pin(t, &value, a[3], (size_t) MIN(len, 1u << 20) * (level == SOL_SOCKET && name == SO_GET_FILTER ? 8 : 1),
              PIN_INOUT);
    if (ret < 0)
        return ret;
    fds_use_lock(); /* SO_PEERPIDFD makes a descriptor */
    ret = host(SYS_getsockopt, (int) a[0], level, name, value.hva, &len);
    fds_use_unlock();
    if (pin_done(t, &value, ret < 0 ? 0 : value.size) < 0)
        return -EFAULT;
    /* Some options tell the length that they would need along with an error. */
    if ((ret >= 0 || len != room) && put_user(t->proc->space, gva(a[4]), &len) < 0 && ret >= 0)
        ret = -EFAULT;
    return ret;
}
