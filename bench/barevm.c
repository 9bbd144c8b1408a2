/* The floor that elfuse is measured against: what the host's KVM charges for one exit and for making a VM.
 * One vCPU runs a few bytes of code that do nothing but leave; the host side does nothing but go back in.
 *
 *   barevm trip          ns per round trip: out_ns (guest loops on OUT), syscall_ns (SYSCALL, OUT, back)
 *   barevm create MIB    ns to make a VM, its vCPU, a second vCPU, a slot of MIB; and to destroy it all */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum {
    PML4 = 0x1000,
    PDPT = 0x2000,
    PD = 0x3000,
    LSTAR_CODE = 0x10000,
    OUT_LOOP = 0x11000,
    SYSCALL_LOOP = 0x12000,
    GUEST_SIZE = 2 << 20,
    PORT = 0x10,
};
#define IOPL3 0x3000
#define BATCHES 21

static int kvm_fd;

struct vm {
    int vm, vcpu;
    struct kvm_run *run;
    size_t run_size;
    uint8_t *mem;
};

static long check(long r, const char *what)
{
    if (r < 0) {
        fprintf(stderr, "barevm: %s: %s\n", what, strerror(errno));
        exit(1);
    }
    return r;
}

static void *map(size_t size, int prot, int flags, int fd)
{
    void *p = mmap(NULL, size, prot, flags, fd, 0);
    check(p == MAP_FAILED ? -1 : 0, "mmap");
    return p;
}

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double) t.tv_sec * 1e9 + (double) t.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *) a, y = *(const double *) b;
    return (x > y) - (x < y);
}

static double median(double *v, int n)
{
    qsort(v, (size_t) n, sizeof *v, by_value);
    return v[n / 2];
}

static void set_msr(int vcpu, uint32_t index, uint64_t value)
{
    struct {
        struct kvm_msrs head;
        struct kvm_msr_entry entry;
    } m = {{.nmsrs = 1}, {.index = index, .data = value}};
    check(ioctl(vcpu, KVM_SET_MSRS, &m), "KVM_SET_MSRS");
}

/* Guest virtual = guest physical for the only 2 MiB; all of it is user memory. */
static void write_guest(uint8_t *mem)
{
    static const uint8_t lstar[] = {0xe6, PORT, 0x48, 0x0f, 0x07};                   /* out %al,$PORT; sysretq */
    static const uint8_t out_loop[] = {0xe6, PORT, 0xeb, 0xfc};                      /* 1: out; jmp 1b */
    static const uint8_t call_loop[] = {0xb8, 110, 0, 0, 0, 0x0f, 0x05, 0xeb, 0xf7}; /* 1: mov; syscall; jmp 1b */

    *(uint64_t *) (mem + PML4) = PDPT | 7;
    *(uint64_t *) (mem + PDPT) = PD | 7;
    *(uint64_t *) (mem + PD) = 0x87;
    memcpy(mem + LSTAR_CODE, lstar, sizeof lstar);
    memcpy(mem + OUT_LOOP, out_loop, sizeof out_loop);
    memcpy(mem + SYSCALL_LOOP, call_loop, sizeof call_loop);
}

static struct kvm_segment flat(uint16_t selector, uint8_t type, uint8_t is_code)
{
    return (struct kvm_segment){.limit = ~0u,
                                .selector = selector,
                                .type = type,
                                .present = 1,
                                .dpl = 3,
                                .s = 1,
                                .g = 1,
                                .l = is_code,
                                .db = !is_code};
}

static void start_vm(struct vm *v)
{
    static struct {
        struct kvm_cpuid2 head;
        struct kvm_cpuid_entry2 entry[256];
    } id = {.head.nent = 256};
    struct kvm_sregs s;

    v->mem = map(GUEST_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    write_guest(v->mem);
    v->vm = (int) check(ioctl(kvm_fd, KVM_CREATE_VM, 0), "KVM_CREATE_VM");
    struct kvm_userspace_memory_region slot = {.memory_size = GUEST_SIZE, .userspace_addr = (uintptr_t) v->mem};
    check(ioctl(v->vm, KVM_SET_USER_MEMORY_REGION, &slot), "KVM_SET_USER_MEMORY_REGION");
    v->vcpu = (int) check(ioctl(v->vm, KVM_CREATE_VCPU, 0), "KVM_CREATE_VCPU");
    v->run_size = (size_t) check(ioctl(kvm_fd, KVM_GET_VCPU_MMAP_SIZE, 0), "KVM_GET_VCPU_MMAP_SIZE");
    v->run = map(v->run_size, PROT_READ | PROT_WRITE, MAP_SHARED, v->vcpu);

    check(ioctl(kvm_fd, KVM_GET_SUPPORTED_CPUID, &id), "KVM_GET_SUPPORTED_CPUID");
    check(ioctl(v->vcpu, KVM_SET_CPUID2, &id), "KVM_SET_CPUID2");
    check(ioctl(v->vcpu, KVM_GET_SREGS, &s), "KVM_GET_SREGS");
    s.cr0 = 0x80050033; /* PG AM WP NE ET MP PE */
    s.cr3 = PML4;
    s.cr4 = 0x620;  /* PAE OSFXSR OSXMMEXCPT */
    s.efer = 0x501; /* LMA LME SCE */
    s.cs = flat(0x33, 11, 1);
    s.ds = s.es = s.fs = s.gs = s.ss = flat(0x2b, 3, 0);
    check(ioctl(v->vcpu, KVM_SET_SREGS, &s), "KVM_SET_SREGS");
    set_msr(v->vcpu, 0xc0000081, 0x23ull << 48 | 0x08ull << 32); /* STAR */
    set_msr(v->vcpu, 0xc0000082, LSTAR_CODE);                    /* LSTAR */
    set_msr(v->vcpu, 0xc0000084, 0x700);                         /* FMASK: TF IF DF */
    v->run->kvm_valid_regs = KVM_SYNC_X86_REGS;
}

static void round_trip(struct vm *v)
{
    while (ioctl(v->vcpu, KVM_RUN, 0) < 0)
        check(errno == EINTR ? 0 : -1, "KVM_RUN");
    if (v->run->exit_reason != KVM_EXIT_IO || v->run->io.port != PORT) {
        fprintf(stderr, "barevm: unexpected exit %u\n", v->run->exit_reason);
        exit(1);
    }
}

/* One batch of round trips in which the host answers as a handler would: a new rax, nothing else. */
static double batch(struct vm *v, int n, int is_call, int ring3)
{
    struct kvm_regs *g = &v->run->s.regs.regs;
    double t = now_ns();
    for (int i = 0; i < n; i++) {
        round_trip(v);
        g->rax = (uint64_t) i;
        if (is_call && ring3) {
            g->rip = g->rcx;
            g->rflags = g->r11;
        }
        v->run->kvm_dirty_regs = KVM_SYNC_X86_REGS;
    }
    return (now_ns() - t) / n;
}

static void trip(const char *name, uint64_t rip, int is_call)
{
    struct vm v;
    struct kvm_sregs s;
    struct kvm_regs regs = {.rip = rip, .rflags = 0x202 | IOPL3};
    double t[BATCHES];

    start_vm(&v);
    check(ioctl(v.vcpu, KVM_SET_REGS, &regs), "KVM_SET_REGS");
    round_trip(&v);
    check(ioctl(v.vcpu, KVM_GET_SREGS, &s), "KVM_GET_SREGS");
    int ring3 = (s.cs.selector & 3) == 3; /* some hosts leave a guest at CPL 3 after SYSCALL */
    if (is_call && ring3) {
        regs = v.run->s.regs.regs;
        regs.rip = regs.rcx;
        regs.rflags = regs.r11;
        /* The pending OUT completes on the next entry, which must not happen after rip was moved. */
        v.run->s.regs.regs = regs;
        v.run->kvm_dirty_regs = KVM_SYNC_X86_REGS;
    }
    batch(&v, 200, is_call, ring3);
    for (int i = 0; i < BATCHES; i++)
        t[i] = batch(&v, 200, is_call, ring3);
    printf("%s %.1f\n", name, median(t, BATCHES));
    if (is_call)
        printf("syscall_ring3 %d\n", ring3);
}

static void create(uint64_t mib)
{
    enum { VM, VCPU, VCPU2, SLOT, ALL, DESTROY, KINDS };
    static const char *const names[] = {"vm_ns", "vcpu_ns", "vcpu2_ns", "slot_ns", "create_ns", "destroy_ns"};
    double t[KINDS][BATCHES];
    uint64_t size = mib << 20;
    uint8_t *mem = map(size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);
    struct kvm_userspace_memory_region slot = {.memory_size = size, .userspace_addr = (uintptr_t) mem};

    for (int i = 0; i < BATCHES; i++) {
        double t0 = now_ns();
        int vm = (int) check(ioctl(kvm_fd, KVM_CREATE_VM, 0), "KVM_CREATE_VM");
        double t1 = now_ns();
        check(ioctl(vm, KVM_SET_USER_MEMORY_REGION, &slot), "KVM_SET_USER_MEMORY_REGION");
        double t2 = now_ns();
        int vcpu = (int) check(ioctl(vm, KVM_CREATE_VCPU, 0), "KVM_CREATE_VCPU");
        double t3 = now_ns();
        int vcpu2 = (int) check(ioctl(vm, KVM_CREATE_VCPU, 1), "KVM_CREATE_VCPU");
        double t4 = now_ns();
        close(vcpu2);
        close(vcpu);
        close(vm);
        double t5 = now_ns();
        t[VM][i] = t1 - t0;
        t[SLOT][i] = t2 - t1;
        t[VCPU][i] = t3 - t2;
        t[VCPU2][i] = t4 - t3;
        t[ALL][i] = t3 - t0;
        t[DESTROY][i] = t5 - t4;
    }
    for (int k = 0; k < KINDS; k++)
        printf("%s %.0f\n", names[k], median(t[k], BATCHES));
}

int main(int argc, char **argv)
{
    kvm_fd = (int) check(open("/dev/kvm", O_RDWR | O_CLOEXEC), "/dev/kvm");
    if (argc == 2 && !strcmp(argv[1], "trip")) {
        trip("out_ns", OUT_LOOP, 0);
        trip("syscall_ns", SYSCALL_LOOP, 1);
        return 0;
    }
    if (argc == 3 && !strcmp(argv[1], "create")) {
        create(strtoull(argv[2], NULL, 10));
        return 0;
    }
    fprintf(stderr, "usage: barevm trip | barevm create MIB\n");
    return 2;
}
