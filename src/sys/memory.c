/* System calls about memory: argument checks here, mechanism in mem/space.c. */
#include <elf.h>
#include <errno.h>
#include <linux/membarrier.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>

#include "base/fds.h"
#include "fs/proc.h"
#include "sys/handlers.h"

/* From here on memory is the translated program's. It is known by its kind: what lies at its path may be another one by now. */
static bool is_foreign(int fd)
{
    Elf64_Ehdr h;
    return host(SYS_pread64, fd, &h, sizeof h, 0l) >= (long) offsetof(Elf64_Ehdr, e_version) &&
           memcmp(h.e_ident, ELFMAG, SELFMAG) == 0 && h.e_machine != EM_X86_64;
}

/* All 64 bits of an argument count: the highest that an int has, which is unknown, stands for those that it has no place for. */
static int unknown_bits(uint64_t arg, int unknown)
{
    return (int) (arg & 0x7fffffff) | (arg >> 31 ? unknown : 0);
}

int64_t sys_mmap(struct thread *t, const uint64_t a[6])
{
    const int flags = unknown_bits(a[3], INT_MIN);
    if (a[5] & ~PAGE_MASK)
        return -EINVAL;
    if (!(a[3] & MAP_ANONYMOUS) && fs_proc_is_text((int) a[4]))
        return -ENODEV;
    if (space_translator(t->proc->space) == TRANSLATOR_LOADS && !(a[3] & MAP_ANONYMOUS) && is_foreign((int) a[4]))
        space_set_translator(t->proc->space, TRANSLATOR_RUNS);
    /* Where what is mapped is kept, space_mmap() makes a descriptor, for which it takes the other side of this lock. */
    bool use = !space_keeps(t->proc->space);
    if (use)
        fds_use_lock();
    int64_t r = space_mmap(t->proc->space, gva(a[0]), a[1], (int) a[2], flags, (int) a[4], a[5]);
    if (use)
        fds_use_unlock();
    return r;
}

int64_t sys_munmap(struct thread *t, const uint64_t a[6])
{
    return space_munmap(t->proc->space, gva(a[0]), a[1]);
}

int64_t sys_mprotect(struct thread *t, const uint64_t a[6])
{
    return space_mprotect(t->proc->space, gva(a[0]), a[1], unknown_bits(a[2], 1 << 30));
}

int64_t sys_mremap(struct thread *t, const uint64_t a[6])
{
    if (a[3] >> 31)
        return -EINVAL;
    return space_mremap(t->proc->space, gva(a[0]), a[1], a[2], (int) a[3], gva(a[4]));
}

int64_t sys_brk(struct thread *t, const uint64_t a[6])
{
    return space_brk(t->proc->space, gva(a[0]));
}

int64_t sys_madvise(struct thread *t, const uint64_t a[6])
{
    return space_advise(t->proc->space, gva(a[0]), a[1], (int) a[2]);
}

int64_t sys_msync(struct thread *t, const uint64_t a[6])
{
    int flags = (int) a[2];
    if ((flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC)) || ((flags & MS_ASYNC) && (flags & MS_SYNC)))
        return -EINVAL;
    return space_range_call(t->proc->space, SYS_msync, gva(a[0]), a[1], flags, true);
}

int64_t sys_mincore(struct thread *t, const uint64_t a[6])
{
    if (a[0] & ~PAGE_MASK)
        return -EINVAL;
    uint64_t pages = page_up(a[1]) / PAGE_SIZE;
    if (a[0] > SPACE_TOP || a[1] > SPACE_TOP - a[0])
        return -ENOMEM;
    if (a[2] > SPACE_TOP || pages > SPACE_TOP - a[2])
        return -EFAULT; /* before any page is asked about */
    autofree uint8_t *vec = malloc(PAGE_SIZE);
    if (!vec)
        return -EAGAIN;
    for (uint64_t done = 0; done < pages;) {
        /* What comes before a hole is told of. */
        uint64_t n = MIN(pages - done, PAGE_SIZE);
        int64_t r = space_mincore(t->proc->space, gva(a[0] + done * PAGE_SIZE), n * PAGE_SIZE, vec);
        if (r < 0)
            return r;
        if (copy_out(t->proc->space, gva(a[2] + done), vec, (size_t) r))
            return -EFAULT;
        done += (uint64_t) r;
    }
    return 0;
}

int64_t sys_mlock(struct thread *t, const uint64_t a[6])
{
    return space_range_call(t->proc->space, SYS_mlock, gva(a[0]), a[1], 0, false);
}

int64_t sys_mlock2(struct thread *t, const uint64_t a[6])
{
    int flags = (int) a[2];
    if (flags & ~1)
        return -EINVAL;
    return space_range_call(t->proc->space, SYS_mlock2, gva(a[0]), a[1], flags, true);
}

int64_t sys_munlock(struct thread *t, const uint64_t a[6])
{
    return space_range_call(t->proc->space, SYS_munlock, gva(a[0]), a[1], 0, false);
}

int64_t sys_mlockall(struct thread *t, const uint64_t a[6])
{
    int flags = (int) a[0];
    if (!flags || (flags & ~(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT)) || flags == MCL_ONFAULT)
        return -EINVAL;
    return space_lock_all(t->proc->space, flags);
}

int64_t sys_munlockall(struct thread *t, const uint64_t a[6])
{
    (void) a;
    return space_lock_all(t->proc->space, 0);
}

/* No segment has huge pages, as on a system that has none, whose errors are the host's. One that is there already is found as without the flag. */
int64_t sys_shmget(struct thread *t, const uint64_t a[6])
{
    const int key = (int) a[0], flags = (int) a[2];
    (void) t;
    if (!(flags & SHM_HUGETLB))
        return host(SYS_shmget, key, a[1], flags);
    const bool makes = key == IPC_PRIVATE || flags & IPC_CREAT;
    const int64_t found = key == IPC_PRIVATE ? -ENOENT : host(SYS_shmget, key, a[1], flags & ~IPC_CREAT);
    if (found >= 0 && makes && flags & IPC_EXCL)
        return -EEXIST;
    if (found != -ENOENT || !makes)
        return found;
    const int64_t made = host(SYS_shmget, IPC_PRIVATE, a[1], flags);
    if (made < 0)
        return made;
    host(SYS_shmctl, made, IPC_RMID, NULL);
    return -ENOMEM;
}

int64_t sys_shmat(struct thread *t, const uint64_t a[6])
{
    return space_shmat(t->proc->space, (int) a[0], gva(a[1]), (int) a[2]);
}

int64_t sys_shmdt(struct thread *t, const uint64_t a[6])
{
    return space_shmdt(t->proc->space, gva(a[0]));
}

/* What the guest has registered for. This memory's barriers are registered from the start (machine_create()), the guest's when it says so; as natively
 * they are of the memory, which processes may share, a fork's child has them and the next program has none. */
static int registered;

/* membarrier(2): the host's barrier reaches its CPUs, vCPUs on them included, since it interrupts whatever runs there. SYNC_CORE too: the interrupt's
 * return, or the switch to a thread that did not run, serializes the processor before it enters the guest. Without rseq(2) there is nothing
 * that the commands for it could restart, as on a kernel that has neither. */
int64_t sys_membarrier(struct thread *t, const uint64_t a[6])
{
    (void) t;
    enum { RSEQ = MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ | MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ };
    enum { REGISTRATIONS = 1 << 9 }; /* Linux 6.3 */
    const int plain = MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED,
              core = MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE;
    const int cmd = (int) a[0], has = __atomic_load_n(&registered, __ATOMIC_SEQ_CST);
    if (cmd & RSEQ)
        return -EINVAL;
    if ((cmd == MEMBARRIER_CMD_PRIVATE_EXPEDITED && !(has & plain)) ||
        (cmd == MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE && !(has & core)))
        return (uint32_t) a[1] ? -EINVAL : -EPERM;
    long r = host(SYS_membarrier, cmd, a[1], a[2]);
    if (r == 0 && (cmd == plain || cmd == core))
        __atomic_fetch_or(&registered, cmd, __ATOMIC_SEQ_CST);
    if (r > 0 && cmd == MEMBARRIER_CMD_QUERY)
        r &= ~RSEQ;
    if (r > 0 && cmd == REGISTRATIONS) /* of the one for cores the other is a part */
        r &= ~(plain | core) | has | (has & core ? plain : 0);
    return r;
}

int64_t sys_rseq(struct thread *t, const uint64_t a[6])
{
    (void) t, (void) a;
    return -ENOSYS; /* C libraries and tcmalloc go on without */
}
