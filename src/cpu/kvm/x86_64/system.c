/* System pages and processor state of an x86-64 guest: entry code, IDT, per-vCPU GDT, TSS and stack, control
 * registers, MSRs, CPUID. */
#include "cpu/kvm/kvm.h"

#include <asm/prctl.h>
#include <cpuid.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

enum { MSR_STAR = 0xc0000081, MSR_LSTAR, MSR_CSTAR, MSR_FMASK, MSR_TSC_AUX = 0xc0000103 };

#define CR0_VALUE 0x80050033ull /* PG AM WP NE ET MP PE */
#define EFER_VALUE 0xd01ull     /* SCE LME LMA NXE */
#define CR4_PAE (1u << 5)
#define CR4_PGE (1u << 7)
#define CR4_OSFXSR (1u << 9)
#define CR4_OSXMMEXCPT (1u << 10)
#define CR4_UMIP (1u << 11)
#define CR4_FSGSBASE (1u << 16)
#define CR4_OSXSAVE (1u << 18)

#define GDT_KERNEL_CODE 0x00af9a000000ffffull
#define GDT_KERNEL_DATA 0x00cf92000000ffffull
#define GDT_USER_DATA 0x00cff2000000ffffull
#define GDT_USER_CODE 0x00affa000000ffffull
#define XCR0_AMX (3ull << 17)
#define CPUID_RDPRU (1u << 4) /* in EBX of leaf 0x80000008 */
#define TSS_IO_BITMAP 0x68    /* its offset */
#define TSS_IO_BYTES (PORT_EXCEPTION / 8 + 2)
#define HLT 0xf4
#define GDT_CPU_NUMBER 15 /* the kernel's __CPUNODE_SEG: its limit tells getcpu the processor */

void system_init(struct machine *m)
{
    uint64_t text = paging_new_page(m), ring0 = paging_new_page(m), idt = paging_new_page(m);
    BUG_ON(!text || !ring0 || !idt || entry_ring0_end - entry_ring0 > (long) PAGE_SIZE);
    memset(m->ram + text, HLT, PAGE_SIZE);
    memcpy(m->ram + text, entry_text, entry_text_end - entry_text);
    memcpy(m->ram + ring0, entry_ring0, entry_ring0_end - entry_ring0);
    for (unsigned v = 0; v < 32; v++) {
        uint64_t *gate = (uint64_t *) (m->ram + idt + v * 16ull),
                 at = ENTRY_OF(entry_stubs) + (uint64_t) v * EXCEPTION_STUB_SIZE;
        uint64_t dpl = v == 3 || v == 4 ? 0x60 : 0; /* int3 and into are the user's to raise */
        gate[0] = (at & 0xffff) | 0x08ull << 16 | (0x8e | dpl) << 40 | (at >> 16 & 0xffff) << 48;
        gate[1] = at >> 32;
    }
    /* The first is readable and executable for the user: where SYSCALL arrives in ring 3 it runs there. */
    BUG_ON(paging_map_system(m, ENTRY_TEXT, text, PTE_U) || paging_map_system(m, ENTRY_RING0, ring0, 0) ||
           paging_map_system(m, ENTRY_IDT, idt, PTE_NX));
}

void system_put_probe(struct machine *m, bool there)
{
    uint8_t *at = m->ram + paging_system_page(m, ENTRY_TEXT) + (ENTRY_PROBE - ENTRY_TEXT);
    const size_t size = entry_probe_end - entry_probe;
    if (there)
        memcpy(at, entry_probe, size);
    else
        memset(at, HLT, size);
}

/* A KVM without hardware virtualization cannot answer CPUID for the guest, unless the processor lets CPUID fault: it then executes natively. */
static bool processor_answers_cpuid(void)
{
    const char *module;
    return !system_virtualization(&module) && host(SYS_arch_prctl, ARCH_SET_CPUID, 1) == -ENODEV;
}

/* Then KVM needs no more of the list than what it goes by itself, and asking it for all of it would take an eighth of a start. A leaf that
 * no processor has tells whether that is so: see learn_world(). */
static int setup_short_cpuid(struct machine *m, uint64_t host_xcr0)
{
    static const uint32_t leaf[][2] = {{0, 0},          {1, 0},          {7, 0},          {0xd, 0},        {0xd, 1},
                                       {0x80000000, 0}, {0x80000001, 0}, {0x80000008, 0}, {CPUID_PROBE, 0}};
    uint64_t supported = 0;
    struct kvm_device_attr attr = {.attr = KVM_X86_XCOMP_GUEST_SUPP, .addr = (uintptr_t) &supported};
    int r = host(SYS_ioctl, m->kvm_fd, KVM_GET_DEVICE_ATTR, &attr);
    if (r)
        return r;
    struct kvm_cpuid2 *list = calloc(1, sizeof *list + ARRAY_SIZE(leaf) * sizeof list->entries[0]);
    if (!list)
        return -ENOMEM;
    list->nent = ARRAY_SIZE(leaf);
    m->xcr0 = supported & host_xcr0 & ~XCR0_AMX;
    for (unsigned i = 0; i < ARRAY_SIZE(leaf); i++) {
        struct kvm_cpuid_entry2 *e = &list->entries[i];
        *e = (struct kvm_cpuid_entry2){.function = leaf[i][0], .index = leaf[i][1]};
        if (e->function == CPUID_PROBE)
            e->ebx = CPUID_PROBE;
        else
            __cpuid_count(e->function, e->index, e->eax, e->ebx, e->ecx, e->edx);
        if (e->function == 7 || e->function == 0xd)
            e->flags = KVM_CPUID_FLAG_SIGNIFCANT_INDEX;
        if (e->function == 0xd && e->index == 0)
            e->eax = (uint32_t) m->xcr0, e->edx = (uint32_t) (m->xcr0 >> 32);
    }
    m->cpuid = list;
    m->cpuid_is_short = true;
    return 0;
}

/* CPUID as the host's user space sees it: KVM's list gives the leaves, the processor their values. What the guest cannot have
 * because XCR0 lacks its state is taken out (AMX). */
int system_setup_cpuid(struct machine *m, bool all)
{
    uint32_t lo, hi, a, b, c, d;
    __asm__("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0)); /* there: a host without XSAVE has no KVM_CAP_XCRS */
    const uint64_t host_xcr0 = lo | (uint64_t) hi << 32;
    m->cpuid_is_short = false;
    if (!all && processor_answers_cpuid() && setup_short_cpuid(m, host_xcr0) == 0)
        return 0;
    unsigned n = 128;
    struct kvm_cpuid2 *list = NULL;
    for (;;) {
        free(list);
        list = calloc(1, sizeof *list + n * sizeof list->entries[0]);
        if (!list)
            return -ENOMEM;
        list->nent = n;
        int r = host(SYS_ioctl, m->kvm_fd, KVM_GET_SUPPORTED_CPUID, list);
        if (r == 0)
            break;
        if (r != -E2BIG || n > 4096) {
            free(list);
            return r;
        }
        n *= 2;
    }
    uint64_t kvm_xcr0 = 3;
    for (unsigned i = 0; i < list->nent; i++)
        if (list->entries[i].function == 0xd && list->entries[i].index == 0)
            kvm_xcr0 = list->entries[i].eax | (uint64_t) list->entries[i].edx << 32;
    m->xcr0 = kvm_xcr0 & host_xcr0 & ~XCR0_AMX;

    for (unsigned i = 0; i < list->nent; i++) {
        struct kvm_cpuid_entry2 *e = &list->entries[i];
        if (e->function == 1 || e->function == 7 || (e->function >= 0x80000001 && e->function <= 0x80000004) ||
            e->function == 0x80000008) {
            __cpuid_count(e->function, e->index, a, b, c, d);
            e->eax = a, e->ecx = c, e->edx = d;
            if (e->function == 1)
                e->ebx = (b & ~0xff000000u) | (e->ebx & 0xff000000u); /* the APIC id is the vCPU's */
            else if (e->function == 0x80000008)
                e->ebx = b & (e->ebx | ~CPUID_RDPRU); /* which most KVMs make a #UD */
            else
                e->ebx = b;
            if (e->function == 7 && e->index == 0)
                e->edx &= ~(1u << 22 | 1u << 24 | 1u << 25); /* AMX */
        }
        if (e->function >> 8 == 0x400000) /* no hypervisor's own leaves */
            e->function = 0x4fffff00 + i;
    }
    m->cpuid = list;
    return 0;
}

int system_vcpu_page(struct machine *m, struct vcpu *v)
{
    /* A vCPU of this number had a page before the fork, or before it failed to come up. */
    uint64_t pa = paging_system_page(m, ENTRY_VCPU(v->id));
    bool again = pa != 0;
    if (!pa)
        pa = paging_new_page(m);
    if (!pa)
        return -ENOMEM;
    v->page = m->ram + pa;
    if (again)
        memset(v->page, 0, PAGE_SIZE);
    uint64_t *gdt = (uint64_t *) (v->page + VCPU_GDT);
    gdt[1] = GDT_KERNEL_CODE;
    gdt[2] = GDT_KERNEL_DATA;
    gdt[SEL_USER_SS >> 3] = GDT_USER_DATA;
    gdt[SEL_USER_CS >> 3] = GDT_USER_CODE;
    const uint64_t rsp0 = ENTRY_VCPU(v->id) + VCPU_STACK;
    memcpy(v->page + VCPU_TSS + 4, &rsp0, sizeof rsp0); /* not aligned there */
    *(uint16_t *) (v->page + VCPU_TSS + 0x66) = TSS_IO_BITMAP;
    memset(v->page + VCPU_TSS + TSS_IO_BITMAP, 0xff, TSS_IO_BYTES);
    system_allow_port(v, m->world != WORLD_RING0);
    return again ? 0 : paging_map_system(m, ENTRY_VCPU(v->id), pa, PTE_W | PTE_NX);
}

/* Where SYSCALL stays in ring 3, the I/O bitmap is what lets the entry code's `out` through. */
void system_allow_port(struct vcpu *v, bool allow)
{
    uint8_t *byte = v->page + VCPU_TSS + TSS_IO_BITMAP + PORT_SYSCALL / 8, bit = 1 << PORT_SYSCALL % 8;
    *byte = allow ? *byte & ~bit : *byte | bit;
}

static int set_msrs(struct vcpu *v, const struct kvm_msr_entry *e, unsigned n)
{
    struct {
        struct kvm_msrs head;
        struct kvm_msr_entry entry[8];
    } list = {.head.nmsrs = n};
    BUG_ON(n > ARRAY_SIZE(list.entry));
    memcpy(list.entry, e, n * sizeof *e);
    int r = KVM_ASK(v->m, v->fd, KVM_SET_MSRS, &list);
    if (r < 0 || r == (int) n)
        return MIN(r, 0);
    v->m->failed = "KVM_SET_MSRS does not know all of the registers";
    return -EINVAL;
}

/* Tell the guest's getcpu which host processor it is on, and of which node that is: RDPID and RDTSCP read TSC_AUX, older code the segment limit
 * (vdso_encode_cpunode() of the kernel). */
void system_tell_cpu(struct vcpu *v)
{
    unsigned cpu = 0, node = 0;
    host(SYS_getcpu, &cpu, &node, NULL);
    const uint64_t told = (uint64_t) node << 12 | cpu;
    set_msrs(v, &(struct kvm_msr_entry){.index = MSR_TSC_AUX, .data = told}, 1);
    ((uint64_t *) (v->page + VCPU_GDT))[GDT_CPU_NUMBER] =
        0x0040f50000000000ull | (told & 0xffff) | (told & 0xf0000) << 32;
    v->last_cpu = (int) cpu;
}

const char *system_virtualization(const char **module)
{
    unsigned a, b, c, d;
    if (__get_cpuid(1, &a, &b, &c, &d) && c & 1u << 5) {
        *module = "kvm_intel";
        return "VT-x";
    }
    if (__get_cpuid(0x80000001, &a, &b, &c, &d) && c & 1u << 2) {
        *module = "kvm_amd";
        return "AMD-V";
    }
    return NULL;
}

/* Bits of CR4 for what the guest is told that there is. */
static uint32_t optional_cr4(const struct kvm_cpuid2 *list)
{
    for (unsigned i = 0; i < list->nent; i++) {
        const struct kvm_cpuid_entry2 *e = &list->entries[i];
        if (e->function == 7 && e->index == 0)
            return (e->ecx & 1u << 2 ? CR4_UMIP : 0) | (e->ebx & 1 ? CR4_FSGSBASE : 0);
    }
    return 0;
}

static void point_to_page(struct kvm_sregs *s, unsigned id)
{
    s->gdt.base = ENTRY_VCPU(id) + VCPU_GDT;
    s->tr.base = ENTRY_VCPU(id) + VCPU_TSS;
}

/* Find the system registers that every vCPU begins with, by setting the first one's. */
static int learn_reset(struct vcpu *v)
{
    struct machine *m = v->m;
    struct kvm_sregs s;
    int r = KVM_ASK(m, v->fd, KVM_GET_SREGS, &s);
    if (r)
        return r;
    s.cr0 = CR0_VALUE;
    s.cr3 = m->cr3;
    s.efer = EFER_VALUE;
    s.cs = (struct kvm_segment){
        .limit = ~0u, .selector = SEL_USER_CS, .type = 11, .present = 1, .dpl = 3, .s = 1, .l = 1, .g = 1};
    s.ss = (struct kvm_segment){
        .limit = ~0u, .selector = SEL_USER_SS, .type = 3, .present = 1, .dpl = 3, .s = 1, .db = 1, .g = 1};
    s.ds = s.es = s.fs = s.gs = (struct kvm_segment){.unusable = 1};
    s.gdt = (struct kvm_dtable){.limit = 16 * 8 - 1};
    s.idt = (struct kvm_dtable){.base = ENTRY_IDT, .limit = 256 * 16 - 1};
    s.tr = (struct kvm_segment){.limit = TSS_IO_BITMAP + TSS_IO_BYTES - 1, .selector = 0x40, .type = 11, .present = 1};
    s.ldt = (struct kvm_segment){.unusable = 1};
    point_to_page(&s, v->id);
    /* What the processor has, KVM may not be able to give, or its host not want: without UMIP the guest may read the addresses of descriptor
     * tables, which are all ours. */
    static const uint32_t less[] = {0, CR4_UMIP, CR4_FSGSBASE, CR4_UMIP | CR4_FSGSBASE};
    const uint32_t optional = optional_cr4(m->cpuid);
    r = -EINVAL;
    for (unsigned i = 0; i < ARRAY_SIZE(less) && r == -EINVAL; i++) {
        s.cr4 = CR4_PAE | CR4_PGE | CR4_OSFXSR | CR4_OSXMMEXCPT | CR4_OSXSAVE | (optional & ~less[i]);
        r = KVM_ASK(m, v->fd, KVM_SET_SREGS, &s);
    }
    if (r == 0)
        m->reset = s;
    return r;
}

int system_vcpu_setup(struct vcpu *v)
{
    struct machine *m = v->m;
    int r = KVM_ASK(m, v->fd, KVM_SET_CPUID2, m->cpuid);
    if (r == 0 && !m->reset.cr0)
        r = learn_reset(v);
    if (r)
        return r;
    struct kvm_xcrs x = {.nr_xcrs = 1, .xcrs[0].value = m->xcr0};
    r = KVM_ASK(m, v->fd, KVM_SET_XCRS, &x);
    if (r)
        return r;
    struct kvm_device_attr tsc = {
        .group = KVM_VCPU_TSC_CTRL, .attr = KVM_VCPU_TSC_OFFSET, .addr = (uintptr_t) & (uint64_t){0}};
    bool is_host = host(SYS_ioctl, v->fd, KVM_SET_DEVICE_ATTR, &tsc) == 0;
    __atomic_store_n(&m->tsc_is_host, is_host,
                     __ATOMIC_RELAXED); /* the same for every vCPU, and threads make them at once */
    /* FMASK as Linux clears flags on entry, but for IF: short_cut() needs an open interrupt window there, and there are no interrupts. */
    const struct kvm_msr_entry msr[] = {{.index = MSR_STAR, .data = 0x23ull << 48 | 0x08ull << 32},
                                        {.index = MSR_LSTAR, .data = ENTRY_TEXT},
                                        {.index = MSR_FMASK, .data = 0x47500}};
    return set_msrs(v, msr, ARRAY_SIZE(msr));
}

void system_vcpu_reset(struct vcpu *v)
{
    struct kvm_sregs *s = &v->run->s.regs.sregs;
    *s = v->m->reset;
    point_to_page(s, v->id);
    v->run->kvm_dirty_regs |= KVM_SYNC_X86_SREGS;
}
