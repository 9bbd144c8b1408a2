/* Inside of the KVM backend: the VM, its vCPUs, and the system pages that the guest's ring 0 consists of.
 * Only files under cpu/kvm include this. */
#ifndef CPU_KVM_KVM_H
#define CPU_KVM_KVM_H

#include <linux/kvm.h>
#include <sys/queue.h>

#include "base/lock.h"
#include "base/raw.h"
#include "cpu/cpu.h"

#define MAX_SLOTS 4200 /* 4 TiB by the GiB, and what is smaller */

struct slot {
    uint64_t gpa, size;
    void *hva;
    bool readonly;
    bool late; /* not told to KVM yet: machine_read_late() */
};

/* Which privilege level SYSCALL arrives at: learnt from the first one. */
enum syscall_world { WORLD_UNKNOWN, WORLD_RING0, WORLD_RING3 };

#define CPUID_PROBE 0x4ffffff0u /* a leaf of our own, whose EBX is its number */

struct machine {
    int kvm_fd, vm_fd;
    uint8_t *ram; /* host address of guest-physical 0 */
    uint64_t gpa_limit;
    unsigned nslots;
    struct slot slot[MAX_SLOTS];

    /* Table pages: handed out once, bound to their place in the tree for good (docs/internals/memory.md). */
    struct lock
        tables; /* these two: a vCPU's page is taken without the space lock that map and unmap are called under */
    uint64_t table_next; /* 0: no page left; else up to the next 2 MiB border */
    uint64_t table_pages;
    uint64_t cr3;

    enum syscall_world world;
    bool tsc_is_host;
    uint32_t xsave_size;
    uint32_t run_size;
    uint64_t xcr0;
    struct kvm_cpuid2 *cpuid;
    bool cpuid_is_short;    /* it holds what KVM itself goes by, and CPUID_PROBE: the guest asks the processor */
    struct kvm_sregs reset; /* as KVM took them from the first vCPU; cr0 0: there has been none */

    struct lock lock; /* vcpus, next_id, parked, tables of the kernel half; taken before `tables` */
    SLIST_HEAD(, vcpu) all;
    SLIST_HEAD(, vcpu) parked;
    unsigned next_id;
    const char *failed;     /* the last request that KVM refused; the first thread's is told: machine_failed() */
    int stopped;            /* futex word: the process that stopped it, kvm_stop(); or 0 */
    struct cpu_stats stats; /* exits of ended vCPUs */
};

struct vcpu {
    SLIST_ENTRY(vcpu) link;
    SLIST_ENTRY(vcpu) parked;
    struct machine *m;
    int fd;
    unsigned id;
    uint32_t table; /* fds_table_id(): where `fd` is a descriptor */
    struct kvm_run *run;
    struct cpu_regs *regs;   /* in run: kvm's synchronised copy */
    struct cpu_regs at_exit; /* clean: what regs was when the last run was interrupted in user mode */
    bool clean;
    int running; /* futex word: the process whose thread is in the host's KVM_RUN, or about to be; 0: none */
    bool cpl0;   /* the vCPU stands in the entry code; otherwise in user mode */
    bool mask_set;
    uint64_t mask;         /* as last given to KVM_SET_SIGNAL_MASK */
    uint8_t *page;         /* its system page: GDT, TSS, ring-0 stack */
    uint8_t skip, penalty; /* runs until short_cut() asks again, and how many those were the last time */
    int last_cpu;          /* host CPU that TSC_AUX and the CPU-number segment tell; -1: none yet */
    struct cpu_stats stats;
};

/* ioctl(2) for what may be refused when a machine comes to be, so that it can be told by name. */
#define KVM_ASK(m, fd, request, arg) machine_ask(m, fd, request, arg, #request " failed")
int machine_ask(struct machine *m, int fd, unsigned long request, const void *arg, const char *failed);

/* The guest read `n` bytes at `pa` that KVM has no slot for: register it, and say what is there. False: it is no such address; with n = 0:
 * everything is registered already. */
bool machine_read_late(struct machine *m, uint64_t pa, void *data, unsigned n);

/* x86_64/system.c: system pages, processor state at reset. */
void system_init(struct machine *m);                  /* entry code, IDT; once per machine */
void system_put_probe(struct machine *m, bool there); /* the code at ENTRY_PROBE */
/* The list that vCPUs get, `all` of it or what this host needs. */
int system_setup_cpuid(struct machine *m, bool all);
/* What this processor calls its virtualization, and KVM's module for it; NULL when it offers none. */
const char *system_virtualization(const char **module);
int system_vcpu_page(struct machine *m, struct vcpu *v);
int system_vcpu_setup(struct vcpu *v);  /* once, before its first run */
void system_vcpu_reset(struct vcpu *v); /* its system registers, with the next run */
void system_allow_port(struct vcpu *v, bool allow);
void system_tell_cpu(struct vcpu *v);

/* vcpu.c */
int kvm_vcpu_create(struct machine *m, struct vcpu **out);
void kvm_vcpu_park(struct vcpu *v);
enum cpu_event kvm_vcpu_run(struct vcpu *v, uint64_t sigmask, struct cpu_fault *fault);
void kvm_vcpu_kick(struct vcpu *v);
struct cpu_regs *kvm_vcpu_regs(struct vcpu *v);
void kvm_vcpu_get_bases(struct vcpu *v, uint64_t *fs, uint64_t *gs);
void kvm_vcpu_set_bases(struct vcpu *v, uint64_t fs, uint64_t gs);
void kvm_vcpu_get_xsave(struct vcpu *v, void *image);
int kvm_vcpu_set_xsave(struct vcpu *v, const void *image);
void kvm_stop(struct machine *m, unsigned patience);
void kvm_go(struct machine *m);

/* x86_64/paging.c */
void kvm_feed(struct machine *m, gpa_t gpa);
int kvm_map(struct machine *m, gva_t va, gpa_t pa, uint64_t size, int prot);
int kvm_unmap(struct machine *m, gva_t va, uint64_t size);
int paging_init(struct machine *m);
uint64_t paging_new_page(struct machine *m);                 /* a zeroed page's guest-physical address, or 0 */
uint64_t paging_system_page(struct machine *m, uint64_t va); /* what is mapped there, or 0 */
int paging_map_system(struct machine *m, uint64_t va, uint64_t pa, uint64_t bits);

/* Addresses of the entry area in guest-virtual space (kernel half). User mode can reach the first page only. */
#define ENTRY_TEXT 0xffffffff80000000ull
#define ENTRY_PROBE (ENTRY_TEXT + 16)
#define ENTRY_IDT 0xffffffff80001000ull
#define ENTRY_RING0 0xffffffff80002000ull
#define ENTRY_VCPU(id) (0xffffffff80100000ull + (uint64_t) (id) *4096)
#define VCPU_GDT 0x000
#define VCPU_TSS 0x100
#define VCPU_STACK 0x1000 /* top, one past */
#define SEL_USER_CS 0x33
#define SEL_USER_SS 0x2b
#define PORT_SYSCALL 0x10
#define PORT_EXCEPTION 0x20
#define EXCEPTION_STUB_SIZE 16

/* entry.S */
extern const uint8_t entry_text[], entry_text_end[], entry_probe[], entry_probe_end[];
extern const uint8_t entry_ring0[], entry_sysret[], entry_iret[], entry_stubs[], entry_ring0_end[];
#define ENTRY_OF(label) (ENTRY_RING0 + (uint64_t) ((label) -entry_ring0))

#define RFLAGS_FIXED 0x2ull
#define RFLAGS_TF 0x100ull
#define RFLAGS_IF 0x200ull
#define RFLAGS_RF 0x10000ull
#define RFLAGS_USER 0x254dd5ull /* what user mode may hold: CF PF AF ZF SF TF DF OF NT RF AC ID */

enum { PTE_P = 1, PTE_W = 2, PTE_U = 4, PTE_A = 0x20, PTE_D = 0x40, PTE_PS = 0x80 };
#define PTE_NX (1ull << 63)
#define PTE_ADDR 0x000ffffffffff000ull

#endif
