/* What the bits and values of arguments are called. */
#include <asm/prctl.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "sys/ioctl.h"
#include "sys/trace_line.h"

struct flag {
    uint64_t bits;
    const char *name;
};

#define FLAG(name)                                                                                                     \
    {                                                                                                                  \
        name, #name                                                                                                    \
    }

static const struct flag open_flags[] = {
    FLAG(O_CREAT),     FLAG(O_EXCL),     FLAG(O_NOCTTY),           FLAG(O_TRUNC),
    FLAG(O_APPEND),    FLAG(O_NONBLOCK), {04010000, "O_SYNC"},     FLAG(O_DSYNC),
    FLAG(O_ASYNC),     FLAG(O_DIRECT),   {0100000, "O_LARGEFILE"}, {020200000, "O_TMPFILE"},
    FLAG(O_DIRECTORY), FLAG(O_NOFOLLOW), FLAG(O_NOATIME),          FLAG(O_CLOEXEC),
    FLAG(O_PATH),
};
static const struct flag newfd_flags[] = {FLAG(O_NONBLOCK), FLAG(O_CLOEXEC)};
static const struct flag prot_flags[] = {
    FLAG(PROT_READ), FLAG(PROT_WRITE), FLAG(PROT_EXEC), FLAG(PROT_GROWSDOWN), FLAG(PROT_GROWSUP),
};
static const struct flag map_flags[] = {
    {MAP_SHARED_VALIDATE, "MAP_SHARED_VALIDATE"},
    FLAG(MAP_SHARED),
    FLAG(MAP_PRIVATE),
    FLAG(MAP_FIXED),
    FLAG(MAP_ANONYMOUS),
    FLAG(MAP_GROWSDOWN),
    FLAG(MAP_DENYWRITE),
    FLAG(MAP_EXECUTABLE),
    FLAG(MAP_LOCKED),
    FLAG(MAP_NORESERVE),
    FLAG(MAP_POPULATE),
    FLAG(MAP_NONBLOCK),
    FLAG(MAP_STACK),
    FLAG(MAP_HUGETLB),
    FLAG(MAP_FIXED_NOREPLACE),
    FLAG(MAP_SYNC),
    {0x40, "MAP_32BIT"},
};
static const struct flag mremap_flags[] = {FLAG(MREMAP_MAYMOVE), FLAG(MREMAP_FIXED), {4, "MREMAP_DONTUNMAP"}};
static const struct flag clone_flags[] = {
    FLAG(CLONE_VM),
    FLAG(CLONE_FS),
    FLAG(CLONE_FILES),
    FLAG(CLONE_SIGHAND),
    FLAG(CLONE_PIDFD),
    FLAG(CLONE_PTRACE),
    FLAG(CLONE_VFORK),
    FLAG(CLONE_PARENT),
    FLAG(CLONE_THREAD),
    FLAG(CLONE_NEWNS),
    FLAG(CLONE_SYSVSEM),
    FLAG(CLONE_SETTLS),
    FLAG(CLONE_PARENT_SETTID),
    FLAG(CLONE_CHILD_CLEARTID),
    FLAG(CLONE_UNTRACED),
    FLAG(CLONE_CHILD_SETTID),
    FLAG(CLONE_NEWCGROUP),
    FLAG(CLONE_NEWUTS),
    FLAG(CLONE_NEWIPC),
    FLAG(CLONE_NEWUSER),
    FLAG(CLONE_NEWPID),
    FLAG(CLONE_NEWNET),
    FLAG(CLONE_IO),
};

/* Values, not bits: the low bits are one of these. */
static const struct flag open_modes[] = {{0, "O_RDONLY"}, {1, "O_WRONLY"}, {2, "O_RDWR"}, {3, "O_ACCMODE"}};
static const struct flag sighow_values[] = {{0, "SIG_BLOCK"}, {1, "SIG_UNBLOCK"}, {2, "SIG_SETMASK"}};
static const struct flag fcntl_values[] = {
    FLAG(F_DUPFD),         FLAG(F_GETFD),      FLAG(F_SETFD),      FLAG(F_GETFL),     FLAG(F_SETFL),
    FLAG(F_GETLK),         FLAG(F_SETLK),      FLAG(F_SETLKW),     FLAG(F_SETOWN),    FLAG(F_GETOWN),
    FLAG(F_SETSIG),        FLAG(F_GETSIG),     FLAG(F_SETOWN_EX),  FLAG(F_GETOWN_EX), FLAG(F_OFD_GETLK),
    FLAG(F_OFD_SETLK),     FLAG(F_OFD_SETLKW), FLAG(F_SETLEASE),   FLAG(F_GETLEASE),  FLAG(F_NOTIFY),
    FLAG(F_DUPFD_CLOEXEC), FLAG(F_SETPIPE_SZ), FLAG(F_GETPIPE_SZ), FLAG(F_ADD_SEALS), FLAG(F_GET_SEALS),
};
static const struct flag futex_values[] = {
    FLAG(FUTEX_WAIT),        FLAG(FUTEX_WAKE),        FLAG(FUTEX_REQUEUE),         FLAG(FUTEX_CMP_REQUEUE),
    FLAG(FUTEX_WAKE_OP),     FLAG(FUTEX_LOCK_PI),     FLAG(FUTEX_UNLOCK_PI),       FLAG(FUTEX_TRYLOCK_PI),
    FLAG(FUTEX_WAIT_BITSET), FLAG(FUTEX_WAKE_BITSET), FLAG(FUTEX_WAIT_REQUEUE_PI), FLAG(FUTEX_CMP_REQUEUE_PI),
    FLAG(FUTEX_LOCK_PI2),
};
static const struct flag futex_flags[] = {FLAG(FUTEX_PRIVATE_FLAG), FLAG(FUTEX_CLOCK_REALTIME)};
static const struct flag prctl_values[] = {
    FLAG(PR_SET_PDEATHSIG),
    FLAG(PR_GET_PDEATHSIG),
    FLAG(PR_GET_DUMPABLE),
    FLAG(PR_SET_DUMPABLE),
    FLAG(PR_SET_NAME),
    FLAG(PR_GET_NAME),
    FLAG(PR_SET_KEEPCAPS),
    FLAG(PR_CAPBSET_READ),
    FLAG(PR_SET_SECCOMP),
    FLAG(PR_SET_TIMERSLACK),
    FLAG(PR_SET_CHILD_SUBREAPER),
    FLAG(PR_SET_NO_NEW_PRIVS),
    FLAG(PR_CAP_AMBIENT),
    FLAG(PR_SET_VMA),
    FLAG(PR_SET_MM),
};

static const struct flag seek_values[] = {
    {0, "SEEK_SET"}, {1, "SEEK_CUR"}, {2, "SEEK_END"}, {3, "SEEK_DATA"}, {4, "SEEK_HOLE"}};
static const struct flag access_bits[] = {{4, "R_OK"}, {2, "W_OK"}, {1, "X_OK"}};
static const struct flag access_values[] = {{0, "F_OK"}};
static const struct flag advice_values[] = {
    FLAG(MADV_NORMAL),           FLAG(MADV_RANDOM),
    FLAG(MADV_SEQUENTIAL),       FLAG(MADV_WILLNEED),
    FLAG(MADV_DONTNEED),         FLAG(MADV_FREE),
    FLAG(MADV_REMOVE),           FLAG(MADV_DONTFORK),
    FLAG(MADV_DOFORK),           FLAG(MADV_MERGEABLE),
    FLAG(MADV_HUGEPAGE),         FLAG(MADV_NOHUGEPAGE),
    FLAG(MADV_DONTDUMP),         FLAG(MADV_DODUMP),
    FLAG(MADV_WIPEONFORK),       FLAG(MADV_COLD),
    FLAG(MADV_PAGEOUT),          {22, "MADV_POPULATE_READ"},
    {23, "MADV_POPULATE_WRITE"}, {25, "MADV_COLLAPSE"},
};
static const struct flag flock_bits[] = {FLAG(LOCK_SH), FLAG(LOCK_EX), FLAG(LOCK_NB), FLAG(LOCK_UN)};
static const struct flag domain_values[] = {
    {0, "AF_UNSPEC"},   {1, "AF_UNIX"},    {2, "AF_INET"}, {10, "AF_INET6"},
    {16, "AF_NETLINK"}, {17, "AF_PACKET"}, {38, "AF_ALG"}, {40, "AF_VSOCK"},
};
static const struct flag socktype_values[] = {
    {1, "SOCK_STREAM"}, {2, "SOCK_DGRAM"}, {3, "SOCK_RAW"}, {4, "SOCK_RDM"}, {5, "SOCK_SEQPACKET"}, {10, "SOCK_PACKET"},
};
static const struct flag socktype_bits[] = {{O_CLOEXEC, "SOCK_CLOEXEC"}, {O_NONBLOCK, "SOCK_NONBLOCK"}};
static const struct flag shut_values[] = {{0, "SHUT_RD"}, {1, "SHUT_WR"}, {2, "SHUT_RDWR"}};
static const struct flag level_values[] = {
    {0, "SOL_IP"},    {1, "SOL_SOCKET"},   {6, "SOL_TCP"},       {17, "SOL_UDP"},
    {41, "SOL_IPV6"}, {263, "SOL_PACKET"}, {270, "SOL_NETLINK"},
};
static const struct flag sockopt_values[] = {
    FLAG(SO_DEBUG),       FLAG(SO_REUSEADDR),       FLAG(SO_TYPE),           FLAG(SO_ERROR),
    FLAG(SO_DONTROUTE),   FLAG(SO_BROADCAST),       FLAG(SO_SNDBUF),         FLAG(SO_RCVBUF),
    FLAG(SO_KEEPALIVE),   FLAG(SO_OOBINLINE),       FLAG(SO_PRIORITY),       FLAG(SO_LINGER),
    FLAG(SO_REUSEPORT),   FLAG(SO_PASSCRED),        FLAG(SO_PEERCRED),       FLAG(SO_RCVLOWAT),
    FLAG(SO_SNDLOWAT),    {20, "SO_RCVTIMEO_OLD"},  {21, "SO_SNDTIMEO_OLD"}, FLAG(SO_BINDTODEVICE),
    FLAG(SO_PEERNAME),    {29, "SO_TIMESTAMP_OLD"}, FLAG(SO_ACCEPTCONN),     FLAG(SO_SNDBUFFORCE),
    FLAG(SO_RCVBUFFORCE), FLAG(SO_PROTOCOL),        FLAG(SO_DOMAIN),
};
static const struct flag tcp_values[] = {
    {1, "TCP_NODELAY"},   {2, "TCP_MAXSEG"},        {3, "TCP_CORK"},         {4, "TCP_KEEPIDLE"},
    {5, "TCP_KEEPINTVL"}, {6, "TCP_KEEPCNT"},       {9, "TCP_DEFER_ACCEPT"}, {11, "TCP_INFO"},
    {12, "TCP_QUICKACK"}, {18, "TCP_USER_TIMEOUT"}, {23, "TCP_FASTOPEN"},
};
static const struct flag msg_bits[] = {
    FLAG(MSG_OOB),      FLAG(MSG_PEEK), FLAG(MSG_DONTROUTE),  FLAG(MSG_CTRUNC),   FLAG(MSG_TRUNC),
    FLAG(MSG_DONTWAIT), FLAG(MSG_EOR),  FLAG(MSG_WAITALL),    FLAG(MSG_CONFIRM),  FLAG(MSG_ERRQUEUE),
    FLAG(MSG_NOSIGNAL), FLAG(MSG_MORE), FLAG(MSG_WAITFORONE), FLAG(MSG_FASTOPEN), FLAG(MSG_CMSG_CLOEXEC),
};
static const struct flag rlimit_values[] = {
    FLAG(RLIMIT_CPU),      FLAG(RLIMIT_FSIZE), FLAG(RLIMIT_DATA),   FLAG(RLIMIT_STACK),
    FLAG(RLIMIT_CORE),     FLAG(RLIMIT_RSS),   FLAG(RLIMIT_NPROC),  FLAG(RLIMIT_NOFILE),
    FLAG(RLIMIT_MEMLOCK),  FLAG(RLIMIT_AS),    FLAG(RLIMIT_LOCKS),  FLAG(RLIMIT_SIGPENDING),
    FLAG(RLIMIT_MSGQUEUE), FLAG(RLIMIT_NICE),  FLAG(RLIMIT_RTPRIO), FLAG(RLIMIT_RTTIME),
};
static const struct flag rusage_values[] = {{0, "RUSAGE_SELF"}, {0xffffffff, "RUSAGE_CHILDREN"}, {1, "RUSAGE_THREAD"}};
static const struct flag wait_bits[] = {
    FLAG(WNOHANG),          FLAG(WSTOPPED),
    FLAG(WEXITED),          FLAG(WCONTINUED),
    FLAG(WNOWAIT),          {0x20000000, "__WNOTHREAD"},
    {0x40000000, "__WALL"}, {0x80000000, "__WCLONE"},
};
static const struct flag idtype_values[] = {{0, "P_ALL"}, {1, "P_PID"}, {2, "P_PGID"}, {3, "P_PIDFD"}};
static const struct flag epctl_values[] = {FLAG(EPOLL_CTL_ADD), FLAG(EPOLL_CTL_DEL), FLAG(EPOLL_CTL_MOD)};
static const struct flag epoll_bits[] = {
    {1, "EPOLLIN"},
    {2, "EPOLLPRI"},
    {4, "EPOLLOUT"},
    {8, "EPOLLERR"},
    {0x10, "EPOLLHUP"},
    {0x40, "EPOLLRDNORM"},
    {0x80, "EPOLLRDBAND"},
    {0x100, "EPOLLWRNORM"},
    {0x200, "EPOLLWRBAND"},
    {0x2000, "EPOLLRDHUP"},
    {1u << 28, "EPOLLEXCLUSIVE"},
    {1u << 29, "EPOLLWAKEUP"},
    {1u << 30, "EPOLLONESHOT"},
    {1u << 31, "EPOLLET"},
};
static const struct flag poll_bits[] = {
    FLAG(POLLIN),     FLAG(POLLPRI),    FLAG(POLLOUT),    FLAG(POLLERR),    FLAG(POLLHUP),         FLAG(POLLNVAL),
    FLAG(POLLRDNORM), FLAG(POLLRDBAND), FLAG(POLLWRNORM), FLAG(POLLWRBAND), {0x2000, "POLLRDHUP"},
};
static const struct flag msync_bits[] = {FLAG(MS_ASYNC), FLAG(MS_INVALIDATE), FLAG(MS_SYNC)};
static const struct flag itimer_values[] = {{0, "ITIMER_REAL"}, {1, "ITIMER_VIRTUAL"}, {2, "ITIMER_PROF"}};
static const struct flag timer_bits[] = {{1, "TIMER_ABSTIME"}};
static const struct flag sched_values[] = {
    {0, "SCHED_OTHER"}, {1, "SCHED_FIFO"}, {2, "SCHED_RR"},
    {3, "SCHED_BATCH"}, {5, "SCHED_IDLE"}, {6, "SCHED_DEADLINE"},
};
static const struct flag grnd_bits[] = {{1, "GRND_NONBLOCK"}, {2, "GRND_RANDOM"}, {4, "GRND_INSECURE"}};
static const struct flag mfd_bits[] = {
    {1, "MFD_CLOEXEC"}, {2, "MFD_ALLOW_SEALING"}, {4, "MFD_HUGETLB"}, {8, "MFD_NOEXEC_SEAL"}, {16, "MFD_EXEC"},
};
static const struct flag rename_bits[] = {{1, "RENAME_NOREPLACE"}, {2, "RENAME_EXCHANGE"}, {4, "RENAME_WHITEOUT"}};
static const struct flag arch_values[] = {
    FLAG(ARCH_SET_GS), FLAG(ARCH_SET_FS),    FLAG(ARCH_GET_FS),
    FLAG(ARCH_GET_GS), FLAG(ARCH_GET_CPUID), FLAG(ARCH_SET_CPUID),
};
static const struct flag at_bits[] = {
    {0x100, "AT_SYMLINK_NOFOLLOW"}, {0x400, "AT_SYMLINK_FOLLOW"},    {0x800, "AT_NO_AUTOMOUNT"},
    {0x1000, "AT_EMPTY_PATH"},      {0x2000, "AT_STATX_FORCE_SYNC"}, {0x4000, "AT_STATX_DONT_SYNC"},
    {0x8000, "AT_RECURSIVE"},
};
static const struct flag clock_values[] = {
    {0, "CLOCK_REALTIME"},          {1, "CLOCK_MONOTONIC"},     {2, "CLOCK_PROCESS_CPUTIME_ID"},
    {3, "CLOCK_THREAD_CPUTIME_ID"}, {4, "CLOCK_MONOTONIC_RAW"}, {5, "CLOCK_REALTIME_COARSE"},
    {6, "CLOCK_MONOTONIC_COARSE"},  {7, "CLOCK_BOOTTIME"},      {8, "CLOCK_REALTIME_ALARM"},
    {9, "CLOCK_BOOTTIME_ALARM"},    {11, "CLOCK_TAI"},
};
static const struct flag sa_bits[] = {
    {0x04000000, "SA_RESTORER"},  {0x08000000, "SA_ONSTACK"},   {0x10000000, "SA_RESTART"}, {0x40000000, "SA_NODEFER"},
    {0x80000000, "SA_RESETHAND"}, {1, "SA_NOCLDSTOP"},          {2, "SA_NOCLDWAIT"},        {4, "SA_SIGINFO"},
    {0x400, "SA_UNSUPPORTED"},    {0x800, "SA_EXPOSE_TAGBITS"},
};
static const struct flag file_types[] = {
    FLAG(S_IFREG), FLAG(S_IFDIR), FLAG(S_IFLNK), FLAG(S_IFCHR), FLAG(S_IFBLK), FLAG(S_IFIFO), FLAG(S_IFSOCK),
};
static const struct flag si_values[] = {
    {0, "SI_USER"},           {0xffffffff, "SI_QUEUE"},   {0xfffffffe, "SI_TIMER"},
    {0xfffffffd, "SI_MESGQ"}, {0xfffffffc, "SI_ASYNCIO"}, {0xfffffffb, "SI_SIGIO"},
    {0xfffffffa, "SI_TKILL"}, {128, "SI_KERNEL"},
};
static const struct flag cld_values[] = {
    FLAG(CLD_EXITED), FLAG(CLD_KILLED), FLAG(CLD_DUMPED), FLAG(CLD_TRAPPED), FLAG(CLD_STOPPED), FLAG(CLD_CONTINUED),
};
static const struct flag segv_values[] = {
    {1, "SEGV_MAPERR"}, {2, "SEGV_ACCERR"}, {3, "SEGV_BNDERR"}, {4, "SEGV_PKUERR"}};

/* How one kind of flags reads: `values` names what `mask` leaves, `bits` the rest. */
static const struct flag_set {
    uint64_t mask;
    const struct flag *values, *bits;
    unsigned nvalues, nbits;
} flag_sets[] = {
#define VALUES(t) .values = t, .nvalues = ARRAY_SIZE(t)
#define BITS(t) .bits = t, .nbits = ARRAY_SIZE(t)
    [F_HEX] = {0},
    [F_OPEN] = {.mask = 3, VALUES(open_modes), BITS(open_flags)},
    [F_NEWFD] = {BITS(newfd_flags)},
    [F_PROT] = {BITS(prot_flags)},
    [F_MAP] = {BITS(map_flags)},
    [F_MREMAP] = {BITS(mremap_flags)},
    [F_CLONE] = {BITS(clone_flags)},
    [F_SIGHOW] = {.mask = ~0ull, VALUES(sighow_values)},
    [F_FCNTL] = {.mask = ~0ull, VALUES(fcntl_values)},
    [F_FUTEX] = {.mask = 127, VALUES(futex_values), BITS(futex_flags)},
    [F_PRCTL] = {.mask = ~0ull, VALUES(prctl_values)},
    [F_IOCTL] = {0},
    [F_SEEK] = {.mask = ~0ull, VALUES(seek_values)},
    [F_ACCESS] = {.mask = 7, VALUES(access_values), BITS(access_bits)},
    [F_ADVICE] = {.mask = ~0ull, VALUES(advice_values)},
    [F_FLOCK] = {BITS(flock_bits)},
    [F_DOMAIN] = {.mask = ~0ull, VALUES(domain_values)},
    [F_SOCKTYPE] = {.mask = 15, VALUES(socktype_values), BITS(socktype_bits)},
    [F_SHUT] = {.mask = ~0ull, VALUES(shut_values)},
    [F_LEVEL] = {.mask = ~0ull, VALUES(level_values)},
    [F_SOCKOPT] = {.mask = ~0ull, VALUES(sockopt_values)},
    [F_MSG] = {BITS(msg_bits)},
    [F_RLIMIT] = {.mask = ~0ull, VALUES(rlimit_values)},
    [F_RUSAGE] = {.mask = ~0ull, VALUES(rusage_values)},
    [F_WAIT] = {BITS(wait_bits)},
    [F_IDTYPE] = {.mask = ~0ull, VALUES(idtype_values)},
    [F_EPCTL] = {.mask = ~0ull, VALUES(epctl_values)},
    [F_EPOLL] = {BITS(epoll_bits)},
    [F_POLL] = {BITS(poll_bits)},
    [F_MSYNC] = {BITS(msync_bits)},
    [F_ITIMER] = {.mask = ~0ull, VALUES(itimer_values)},
    [F_TIMER] = {BITS(timer_bits)},
    [F_SCHED] = {.mask = ~0ull, VALUES(sched_values)},
    [F_GRND] = {BITS(grnd_bits)},
    [F_MFD] = {BITS(mfd_bits)},
    [F_RENAME] = {BITS(rename_bits)},
    [F_ARCH] = {.mask = ~0ull, VALUES(arch_values)},
    [F_AT] = {BITS(at_bits)},
    [F_CLOCK] = {.mask = ~0ull, VALUES(clock_values)},
    [F_CLONE_FLAGS] = {BITS(clone_flags)},
    [F_SA] = {BITS(sa_bits)},
    [F_IFMT] = {.mask = S_IFMT, VALUES(file_types)},
    [F_SI] = {.mask = ~0ull, VALUES(si_values)},
    [F_CLD] = {.mask = ~0ull, VALUES(cld_values)},
    [F_TCPOPT] = {.mask = ~0ull, VALUES(tcp_values)},
    [F_SEGV] = {.mask = ~0ull, VALUES(segv_values)},
};

static void put_set(struct line *l, const struct flag_set *f, uint64_t v)
{
    const char *sep = "";
    bool named = false;

    for (unsigned i = 0; i < f->nvalues; i++) {
        if ((v & f->mask) != f->values[i].bits)
            continue;
        line_put(l, "%s", f->values[i].name);
        sep = "|";
        named = true;
        v &= ~f->mask;
        break;
    }
    for (unsigned i = 0; i < f->nbits; i++) {
        if (!f->bits[i].bits || (v & f->bits[i].bits) != f->bits[i].bits)
            continue;
        line_put(l, "%s%s", sep, f->bits[i].name);
        sep = "|";
        named = true;
        v &= ~f->bits[i].bits;
    }
    if (v || !named)
        line_put(l, "%s%s%llx", sep, v ? "0x" : "", (unsigned long long) v);
}

void line_flags(struct line *l, enum trace_flags set, uint64_t v)
{
    const char *name = set == F_IOCTL ? ioctl_name((uint32_t) v) : NULL;

    if (name)
        line_put(l, "%s", name);
    else if (set == F_IFMT)
        put_set(l, &flag_sets[set], v & S_IFMT), line_put(l, "|%#03llo", (unsigned long long) v & ~(uint64_t) S_IFMT);
    else if (set == F_CLONE && v & 0xff)
        put_set(l, &flag_sets[set], v & ~0xffull), line_put(l, "|"), line_signal(l, (int) (v & 0xff));
    else
        put_set(l, &flag_sets[set], v);
}
