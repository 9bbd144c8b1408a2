/* A VM: its slots, and how it is born, again after a fork. */
#include "cpu/kvm/kvm.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include "base/fault.h"
#include "base/fds.h"
#include "base/lines.h"

#define KVM_PATH "/dev/kvm"

struct facts {
    int32_t kvm_fd; /* a program that has dropped its privileges may not open it again */
    uint32_t cpuid_is_short;
    uint32_t world, xsave_size, run_size, nent;
    uint64_t xcr0;
    struct kvm_cpuid_entry2 entry[];
};

static struct facts *known; /* from the image before */

static void *kvm_facts(const struct machine *m, size_t *size)
{
    *size = sizeof(struct facts) + m->cpuid->nent * sizeof(struct kvm_cpuid_entry2);
    struct facts *f = calloc(1, *size);
    if (f) {
        *f = (struct facts){.kvm_fd = m->kvm_fd,
                            .cpuid_is_short = m->cpuid_is_short,
                            .world = m->world,
                            .xsave_size = m->xsave_size,
                            .run_size = m->run_size,
                            .nent = m->cpuid->nent,
                            .xcr0 = m->xcr0};
        memcpy(f->entry, m->cpuid->entries, m->cpuid->nent * sizeof *f->entry);
    }
    return f;
}

static int kvm_use_facts(const void *facts, size_t size)
{
    const struct facts *f = facts;
    if (size < sizeof *f || size != sizeof *f + f->nent * sizeof *f->entry)
        return -EINVAL;
    struct facts *copy = malloc(size);
    if (!copy)
        return -ENOMEM;
    memcpy(copy, facts, size);
    free(known);
    known = copy;
    fds_mark_used(known->kvm_fd);
    return 0;
}

/* Take over what is known; -ENOMEM. */
static int recall(struct machine *m)
{
    m->world = (enum syscall_world) known->world;
    m->xsave_size = known->xsave_size;
    m->run_size = known->run_size;
    m->xcr0 = known->xcr0;
    m->cpuid_is_short = known->cpuid_is_short;
    m->cpuid = calloc(1, sizeof *m->cpuid + known->nent * sizeof *known->entry);
    if (!m->cpuid)
        return -ENOMEM;
    m->cpuid->nent = known->nent;
    memcpy(m->cpuid->entries, known->entry, known->nent * sizeof *known->entry);
    return 0;
}

/* The name of group `gid` in /etc/group, or its number. No name service: the binary is static. */
static void group_name(gid_t gid, char *name, size_t size)
{
    struct lines l;
    snprintf(name, size, "%u", gid);
    if (lines_open(&l, "/etc/group"))
        return;
    for (const char *line; (line = lines_next(&l));) {
        const char *p = strchr(line, ':');
        int len = p ? (int) (p - line) : 0;
        uint64_t id;
        p = p ? strchr(p + 1, ':') : NULL;
        if (p && *p++ == ':' && parse_number(&p, 10, &id) && id == gid)
            snprintf(name, size, "%.*s", len, line);
    }
    lines_close(&l);
}

/* The one sentence that an unusable /dev/kvm gets. */
__attribute__((format(printf, 1, 2))) static const char *say(const char *fmt, ...)
{
    static char text[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    return text;
}

/* What is there in the place of KVM's device; NULL: that, or nothing that can be looked at. */
static const char *other_thing(void)
{
    struct stat st;
    if (stat(KVM_PATH, &st))
        return errno == ELOOP ? "a symbolic link that leads nowhere" : NULL;
    switch (st.st_mode & S_IFMT) {
    case S_IFCHR:
        return st.st_rdev == makedev(10, 232) ? NULL : "another device";
    case S_IFDIR:
        return "a directory";
    case S_IFSOCK:
        return "a socket";
    case S_IFIFO:
        return "a pipe";
    case S_IFREG:
        return "a file";
    }
    return "another device";
}

static const char *no_permission(void)
{
    struct stat st;
    struct statfs fs;
    char group[64];
    if (stat(KVM_PATH, &st))
        return "no permission to open /dev/kvm";
    if (host(SYS_statfs, KVM_PATH, &fs) == 0 && (fs.f_flags & ST_NODEV))
        return "/dev/kvm is on a mount with the option nodev, which lets no device be opened: mount that with dev; in "
               "a container, pass the device in (--device /dev/kvm)";
    group_name(st.st_gid, group, sizeof group);
    if ((st.st_mode & 060) == 060 && st.st_gid != 0)
        return say("no permission to open /dev/kvm: join its group (sudo usermod -aG %s $USER) and log in again",
                   group);
    return say("no permission to open /dev/kvm, which is group %s's, with mode %04o: give it to group kvm (sudo sh -c "
               "'groupadd -f kvm; chgrp kvm /dev/kvm; chmod 660 /dev/kvm'), join that (sudo usermod -aG kvm $USER) and "
               "log in again",
               group, st.st_mode & 07777);
}

/* No device, or one that nobody drives (`what`): whether the processor could is the question then. */
static const char *no_driver(const char *what)
{
    const char *module, *name = system_virtualization(&module);
    if (name)
        return say("%s, though the processor has %s: load the module (sudo modprobe %s); in a container, pass it in "
                   "(--device /dev/kvm)",
                   what, name, module);
    return say("%s, and the processor offers no virtualization: switch VT-x or AMD-V on in the firmware; in a virtual "
               "machine, have its host allow nested virtualization; in a container, pass the device in (--device "
               "/dev/kvm)",
               what);
}

/* Opening it or the first requests failed: the whole sentence, error number included. */
static const char *problem(const char *failed, int err)
{
    const char *other = other_thing();
    if (other)
        return say("/dev/kvm is not the device of KVM (character device 10:232), but %s: remove it, then reload the "
                   "module of KVM",
                   other);
    if (err == -EBUSY)
        return "/dev/kvm is busy: another hypervisor (VirtualBox, VMware) uses the processor's virtualization; stop "
               "its machines";
    if (failed)
        return say("%s: %s", failed, errno_text(err));
    switch (err) {
    case -ENOENT:
        return no_driver("/dev/kvm does not exist");
    case -EACCES:
        return no_permission();
    case -EPERM: /* the mode's word is EACCES */
        return "opening /dev/kvm is not permitted, whatever its mode: a rule of the container or a seccomp filter "
               "forbids it; pass the device in (--device /dev/kvm)";
    case -ENODEV:
    case -ENXIO:
        return no_driver("/dev/kvm is there, but no driver answers");
    case -EMFILE:
        return "no number is left for the descriptor of /dev/kvm: too many are open; or elfuse runs inside elfuse, "
               "which does not work";
    }
    return say("cannot open /dev/kvm: %s", errno_text(err));
}

int machine_ask(struct machine *m, int fd, unsigned long request, const void *arg, const char *failed)
{
    int r = (int) host(SYS_ioctl, fd, request, arg);
    if (r < 0)
        __atomic_store_n(&m->failed, failed, __ATOMIC_RELAXED); /* threads that come to be do so at the same time */
    return r;
}

static const char *kvm_failed(const struct machine *m)
{
    return __atomic_load_n(&m->failed, __ATOMIC_RELAXED);
}

/* `size`: all of it, or 0 to take it away. */
static int set_slot(struct machine *m, unsigned i, uint64_t size)
{
    const struct slot *s = &m->slot[i];
    struct kvm_userspace_memory_region r = {.slot = i,
                                            .flags = s->readonly ? KVM_MEM_READONLY : 0,
                                            .guest_phys_addr = s->gpa,
                                            .memory_size = size,
                                            .userspace_addr = (uintptr_t) s->hva};
    return KVM_ASK(m, m->vm_fd, KVM_SET_USER_MEMORY_REGION, &r);
}

static int add_slot(struct machine *m, unsigned i)
{
    return set_slot(m, i, m->slot[i].size);
}

/* Create the VM proper; its descriptor is moved into the window before any guest thread can name it. */
static int create_vm(struct machine *m)
{
    int fd = cpu_forking ? fault(FAULT_FORK_CREATE_VM) : 0;
    if (fd)
        return fd;
    fds_create_lock();
    do {
        fd = KVM_ASK(m, m->kvm_fd, KVM_CREATE_VM, NULL);
    } while (fd == -EINTR); /* a signal may be pending: KVM_CREATE_VM gives up early then */
    if (fd >= 0)
        fd = fds_adopt_fd(fd, false);
    fds_create_unlock();
    if (fd < 0)
        return fd;
    m->vm_fd = fd;
    for (unsigned i = 0; i < m->nslots; i++) {
        m->slot[i].late = m->slot[i].readonly;
        int r = cpu_forking ? fault(FAULT_FORK_SLOT) : 0;
        if (r == 0 && !m->slot[i].late)
            r = add_slot(m, i);
        if (r) {
            fds_close(m->vm_fd);
            m->vm_fd = -1;
            return r;
        }
    }
    return 0;
}

static int probe(struct machine *m, const char **why)
{
    static const struct {
        int cap;
        const char *why;
    } need[] = {
        {KVM_CAP_USER_MEMORY, "this KVM lacks KVM_CAP_USER_MEMORY"},
        {KVM_CAP_SYNC_REGS, "this KVM lacks KVM_CAP_SYNC_REGS (Linux 4.17 or newer is needed)"},
        {KVM_CAP_XCRS, "this KVM cannot set XCR0 (a processor with XSAVE is needed)"},
        {KVM_CAP_READONLY_MEM, "this KVM lacks KVM_CAP_READONLY_MEM"},
    };
    int version = KVM_ASK(m, m->kvm_fd, KVM_GET_API_VERSION, NULL);
    *why = version < 0 ? problem(m->failed, version) : "/dev/kvm speaks another version of its interface";
    if (version != KVM_API_VERSION)
        return -ENODEV;
    for (unsigned i = 0; i < ARRAY_SIZE(need); i++) {
        *why = need[i].why;
        if (host(SYS_ioctl, m->kvm_fd, KVM_CHECK_EXTENSION, need[i].cap) <= 0)
            return -ENODEV;
    }
    *why = "this KVM does not tell the size of its vCPU area";
    int size = host(SYS_ioctl, m->kvm_fd, KVM_GET_VCPU_MMAP_SIZE, 0);
    if (size <= 0)
        return -ENODEV;
    m->run_size = size;
    size = host(SYS_ioctl, m->kvm_fd, KVM_CHECK_EXTENSION, 208 /* KVM_CAP_XSAVE2 */);
    m->xsave_size = size > 4096 ? (uint32_t) size : 4096;
    return 0;
}

static uint64_t gpa_limit_of(const struct kvm_cpuid2 *list)
{
    unsigned bits = 36;
    for (unsigned i = 0; i < list->nent; i++)
        if (list->entries[i].function == 0x80000008)
            bits = list->entries[i].eax & 0xff;
    /* Four-level page tables on the host side cover 48 bits, whatever the processor has. */
    return 1ull << MIN(bits, 46u);
}

static int open_kvm(void)
{
    fds_create_lock();
    int fd = (int) host(SYS_openat, AT_FDCWD, KVM_PATH, O_RDWR | O_CLOEXEC, 0);
    if (fd >= 0)
        fd = fds_adopt_fd(fd, true);
    fds_create_unlock();
    return fd;
}

static int kvm_create(struct machine **out, void *ram, uint64_t initial, const char **why)
{
    *why = "out of memory";
    struct machine *m = calloc(1, sizeof *m);
    if (!m)
        return -ENOMEM;
    m->vm_fd = -1;
    m->ram = ram;
    SLIST_INIT(&m->all);
    SLIST_INIT(&m->parked);

    int r = known ? known->kvm_fd : open_kvm();
    if (r < 0) {
        *why = problem(NULL, r);
        r = -ENODEV;
        goto fail;
    }
    m->kvm_fd = r;
    r = known ? recall(m) : probe(m, why);
    if (r)
        goto fail_kvm;
    if (!known) {
        *why = "KVM does not tell which CPUID it supports";
        r = system_setup_cpuid(m, false);
        if (r)
            goto fail_kvm;
    }
    m->gpa_limit = gpa_limit_of(m->cpuid);
    m->table_next = PAGE_SIZE; /* guest-physical 0 stays nobody's, so that 0 can mean "none" */
    BUG_ON(paging_init(m));
    system_init(m);
    m->slot[0] = (struct slot){.gpa = 0, .size = initial, .hva = ram};
    m->nslots = 1;
    r = create_vm(m);
    *why = m->failed ? m->failed : "cannot create a virtual machine";
    if (r == -EBUSY) {
        *why = problem(NULL, r);
        r = -ENODEV;
    }
    if (r)
        goto fail_kvm;
    *out = m;
    return 0;
fail_kvm:
    fds_close(m->kvm_fd);
    free(m->cpuid);
fail:
    free(m);
    return r;
}

static void kvm_close(struct machine *m)
{
    struct vcpu *v;
    while ((v = SLIST_FIRST(&m->all))) {
        SLIST_REMOVE_HEAD(&m->all, link);
        munmap(v->run, m->run_size);
        if (v->table == fds_table_id())
            fds_close(v->fd);
        free(v);
    }
    SLIST_INIT(&m->parked);
    fds_close(m->vm_fd);
    m->vm_fd = -1;
}

static void kvm_repair(struct machine *m, int pid)
{
    /* What they protect changes by single stores. */
    if (lock_held_by(&m->tables, pid))
        lock_drop(&m->tables);
    if (lock_held_by(&m->lock, pid))
        lock_drop(&m->lock);
    if (__atomic_load_n(&m->stopped, __ATOMIC_SEQ_CST) == pid)
        kvm_go(m);
}

static void kvm_destroy(struct machine *m)
{
    kvm_close(m);
    free(m->cpuid);
    free(m);
}

static void kvm_fork_prepare(struct machine *m)
{
    lock_take(&m->lock);
}

static void kvm_fork_parent(struct machine *m)
{
    lock_drop(&m->lock);
}

static int kvm_renew(struct machine *m, struct vcpu *own)
{
    (void) own;
    m->lock = (struct lock){0};
    kvm_close(m);

    /* Neighbouring slots become one: creating a VM costs by the slot. */
    unsigned n = 0;
    for (unsigned i = 0; i < m->nslots; i++) {
        struct slot *last = n ? &m->slot[n - 1] : NULL, *s = &m->slot[i];
        if (last && !last->readonly && !s->readonly && last->gpa + last->size == s->gpa &&
            (uint8_t *) last->hva + last->size == s->hva)
            last->size += s->size;
        else
            m->slot[n++] = *s;
    }
    m->nslots = n;
    m->stopped = 0;
    m->next_id = 0; /* KVM allows so many ids a VM: generations of forks must not use them up */
    return create_vm(m);
}

static int kvm_back(struct machine *m, gpa_t pa, void *hva, uint64_t size, bool readonly)
{
    int r = -ENOMEM;
    lock_take(&m->lock); /* another thread may be looking for a late one: machine_read_late() */
    if (m->nslots < MAX_SLOTS) {
        m->slot[m->nslots] =
            (struct slot){.gpa = pa.v, .size = size, .hva = hva, .readonly = readonly, .late = readonly};
        r = readonly ? 0 : add_slot(m, m->nslots);
    }
    if (r == 0)
        m->nslots++;
    lock_drop(&m->lock);
    return r;
}

static int kvm_withdraw(struct machine *m)
{
    int r = 0;
    lock_take(&m->lock);
    for (unsigned i = 0; i < m->nslots && r == 0; i++) {
        struct slot *s = &m->slot[i];
        if (!s->readonly || s->late)
            continue;
        r = set_slot(m, i, 0);
        s->late = r == 0;
    }
    lock_drop(&m->lock);
    return r;
}

bool machine_read_late(struct machine *m, uint64_t pa, void *data, unsigned n)
{
    bool found = false;
    lock_take(&m->lock);
    for (unsigned i = 0; i < m->nslots; i++) {
        struct slot *s = &m->slot[i];
        if (!s->readonly)
            continue;
        if (s->late && add_slot(m, i) == 0) {
            s->late = false;
            found = n == 0;
        }
        if (n && pa >= s->gpa && pa - s->gpa <= s->size - n) {
            memcpy(data, (const uint8_t *) s->hva + (pa - s->gpa), n);
            found = true;
        }
    }
    lock_drop(&m->lock);
    return found;
}

static struct cpu_traits kvm_traits(const struct machine *m)
{
    return (struct cpu_traits){
        .gpa_limit = m->gpa_limit,
        .xfeatures = m->xcr0,
        .xsave_size = m->xsave_size,
        .tsc_is_host = __atomic_load_n(&m->tsc_is_host, __ATOMIC_RELAXED),
        .shadow_paging =
            m->world == WORLD_RING3, /* who emulates ring 0 in software has no second level of tables either */
    };
}

static void kvm_stats(const struct machine *m, struct cpu_stats *out)
{
    *out = m->stats;
    const struct vcpu *v;
    SLIST_FOREACH (v, &m->all, link) {
        out->exits_syscall += v->stats.exits_syscall;
        out->exits_fault += v->stats.exits_fault;
        out->exits_signal += v->stats.exits_signal;
        out->exits_bus += v->stats.exits_bus;
        out->exits_other += v->stats.exits_other;
        out->short_cuts += v->stats.short_cuts;
        out->vcpus++;
    }
    out->table_pages = m->table_pages;
    out->slots = m->nslots;
    out->syscall_ring3 = m->world == WORLD_RING3;
    out->cpuid_native = m->cpuid_is_short;
}

const struct cpu_backend cpu_kvm = {
    .name = "kvm",
    .facts = kvm_facts,
    .use_facts = kvm_use_facts,
    .create = kvm_create,
    .failed = kvm_failed,
    .feed = kvm_feed,
    .repair = kvm_repair,
    .fork_prepare = kvm_fork_prepare,
    .fork_parent = kvm_fork_parent,
    .stop = kvm_stop,
    .go = kvm_go,
    .renew = kvm_renew,
    .close = kvm_close,
    .destroy = kvm_destroy,
    .back = kvm_back,
    .withdraw = kvm_withdraw,
    .map = kvm_map,
    .unmap = kvm_unmap,
    .traits = kvm_traits,
    .stats = kvm_stats,
    .vcpu_create = kvm_vcpu_create,
    .vcpu_park = kvm_vcpu_park,
    .vcpu_run = kvm_vcpu_run,
    .vcpu_kick = kvm_vcpu_kick,
    .vcpu_regs = kvm_vcpu_regs,
    .vcpu_get_bases = kvm_vcpu_get_bases,
    .vcpu_set_bases = kvm_vcpu_set_bases,
    .vcpu_get_xsave = kvm_vcpu_get_xsave,
    .vcpu_set_xsave = kvm_vcpu_set_xsave,
};
