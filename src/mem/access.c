#include "mem/access.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/raw.h"
#include "mem/region.h"

/* What a bad guest address becomes, with the same offset in its page. Beyond user space: an address that the host refuses before it starts
 * (access_ok). Unmapped: one below mmap_min_addr, where nothing is mapped but, in place, by a program that may and wants to; a vector that
 * ends there transfers as far as it is good, and 0 bytes are no error. */
#define HOLE_HVA PAGE_SIZE

static void *bad_hva(uint64_t base, gva_t va)
{
    return (void *) (uintptr_t) (base + (va.v & (PAGE_SIZE - 1)));
}

void *mem_hva(struct space *sp, gva_t va, size_t size, size_t *run)
{
    if (run) /* of a bad address: what lies behind that page may be the supervisor's */
        *run = MIN(size, PAGE_SIZE - (va.v & (PAGE_SIZE - 1)));
    if (va.v == 0)
        return NULL;
    if (va.v >= SPACE_TOP)
        return bad_hva(BAD_HVA, va);
    uint64_t c = va.v >> CHUNK_SHIFT;
    uint32_t e = __atomic_load_n(chunk_entry(sp, c), __ATOMIC_ACQUIRE); /* pairs with entry_set() in mirror.c */
    uint64_t room = sp->room_start;
    if (!(e & CH_HOST) || __atomic_load_n(&sp->grows, __ATOMIC_RELAXED) ||
        va.v - room < __atomic_load_n(&sp->stack_low, __ATOMIC_RELAXED) - room) {
        if (!space_bring_in(sp, va.v))
            return bad_hva(HOLE_HVA, va);
        e = __atomic_load_n(chunk_entry(sp, c), __ATOMIC_ACQUIRE);
    }
    uint32_t index = e & CH_INDEX;
    uint8_t *hva = slab_hva(&sp->slab, index) + (va.v & (CHUNK_SIZE - 1));
    if (!run)
        return hva;
    uint64_t have = CHUNK_SIZE - (va.v & (CHUNK_SIZE - 1));
    while (have < size) {
        uint64_t next = va.v + have;
        if (next >= SPACE_TOP)
            break;
        e = __atomic_load_n(chunk_entry(sp, ++c), __ATOMIC_ACQUIRE);
        if (!(e & CH_HOST)) {
            if (!space_bring_in(sp, next))
                break;
            e = __atomic_load_n(chunk_entry(sp, c), __ATOMIC_ACQUIRE);
        }
        if ((e & CH_INDEX) != ++index)
            break;
        have += CHUNK_SIZE;
    }
    *run = MIN(have, size);
    return hva;
}

size_t mem_iov(struct space *sp, gva_t va, size_t size, struct iovec *iov, int *n, int max)
{
    size_t done = 0;
    while (done < size && *n < max) {
        size_t run;
        void *p = mem_hva(sp, gva(va.v + done), size - done, &run);
        if (!p)
            p = bad_hva(HOLE_HVA, va); /* here 0 is an address like any other */
        const bool bad = mem_is_bad(p);
        iov[(*n)++] = (struct iovec){p, bad ? size - done : run}; /* of which not a byte is read or written */
        done += run;
        if (bad)
            return size;
    }
    return done;
}

/* `whole`: each is refused that is not all in user space. */
static int iov_check(struct space *sp, gva_t uiov, uint64_t count, bool whole, struct iovec user[IOV_MAX])
{
    if (count > IOV_MAX)
        return -EINVAL;
    int r = copy_in(sp, user, uiov, count * sizeof *user);
    if (r)
        return r;
    uint64_t total = 0;
    for (uint64_t i = 0; i < count; i++) {
        if ((ssize_t) user[i].iov_len < 0)
            return -EINVAL;
    }
    for (uint64_t i = 0; i < count; i++) {
        /* The kernel cuts the total at MAX_RW_COUNT, but looks at each of several as it was given. */
        uint64_t cut = MIN(user[i].iov_len, 0x7ffff000ull - total);
        if (whole && !mem_is_user((uint64_t) user[i].iov_base, count > 1 ? user[i].iov_len : cut))
            return -EFAULT;
        user[i].iov_len = cut;
        total += cut;
    }
    return 0;
}

static int iov_import(struct space *sp, gva_t uiov, uint64_t count, bool whole, struct iovec **out, int *n)
{
    struct iovec user[IOV_MAX];
    int r = iov_check(sp, uiov, count, whole, user);
    if (r)
        return r;
    int max = IOV_MAX;
    struct iovec *v = malloc((size_t) max * sizeof *v);
    if (!v)
        return -ENOMEM;
    *n = 0;
    for (uint64_t i = 0; i < count && *n < max; i++) {
        if (user[i].iov_len == 0)
            v[(*n)++] = (struct iovec){mem_hva(sp, gva((uint64_t) user[i].iov_base), 0, NULL), 0};
        else if (mem_iov(sp, gva((uint64_t) user[i].iov_base), user[i].iov_len, v, n, max) < user[i].iov_len)
            break; /* more pieces than one call takes: a short transfer, which every caller has to expect */
    }
    *out = v;
    return 0;
}

int mem_iov_check(struct space *sp, gva_t uiov, uint64_t count, struct iovec user[IOV_MAX])
{
    return iov_check(sp, uiov, count, true, user);
}

int mem_iov_user(struct space *sp, gva_t uiov, uint64_t count, struct iovec **out, int *n)
{
    return iov_import(sp, uiov, count, true, out, n);
}

int mem_iov_remote(struct space *sp, gva_t uiov, uint64_t count, struct iovec **out, int *n)
{
    return iov_import(sp, uiov, count, false, out, n);
}

void iov_advance(struct iovec **iov, size_t *n, size_t done)
{
    for (; *n && done >= (*iov)->iov_len; (*n)--)
        done -= (*iov)++->iov_len;
    if (*n) {
        (*iov)->iov_base = (char *) (*iov)->iov_base + done;
        (*iov)->iov_len -= done;
    }
}

/* ---- copying, with recovery ---- */

long fill_zero(void *dst, size_t n);
extern const char access_code_start[], access_code_end[], access_code_fixup[], access_cmpxchg_fixup[],
    access_cmpxchg_start[];

__asm__(".pushsection .text\n"
        ".balign 16\n"
        "access_code_start:\n"
        ".globl copy_bytes\n"
        "copy_bytes:\n"
        "    movq %rdx, %rcx\n"
        "    rep movsb\n"
        "    movq %rcx, %rax\n"
        "    ret\n"
        ".globl fill_zero\n"
        "fill_zero:\n"
        "    movq %rsi, %rcx\n"
        "    xorl %eax, %eax\n"
        "    rep stosb\n"
        "    movq %rcx, %rax\n"
        "    ret\n"
        "access_code_end:\n"
        "access_code_fixup:\n"
        "    movq %rcx, %rax\n"
        "    ret\n"
        ".globl cmpxchg32\n"
        "access_cmpxchg_start:\n"
        "cmpxchg32:\n"
        "    movl (%rsi), %eax\n"
        "    lock cmpxchgl %edx, (%rdi)\n"
        "    movl %eax, (%rsi)\n"
        "    xorl %eax, %eax\n"
        "    ret\n"
        "access_cmpxchg_fixup:\n"
        "    movl $1, %eax\n"
        "    ret\n"
        ".popsection\n");

bool access_fixup(uintptr_t pc, uintptr_t *fixup)
{
    if (pc >= (uintptr_t) access_code_start && pc < (uintptr_t) access_code_end) {
        *fixup = (uintptr_t) access_code_fixup;
        return true;
    }
    if (pc >= (uintptr_t) access_cmpxchg_start && pc < (uintptr_t) access_cmpxchg_fixup) {
        *fixup = (uintptr_t) access_cmpxchg_fixup;
        return true;
    }
    return false;
}

/* Small copies dominate (structures, strings): below a few hundred bytes the microcode's start-up cost would show, but a fault must be
 * recoverable at any byte, so there is one routine only. */
int copy_in(struct space *sp, void *dst, gva_t src, size_t size)
{
    for (size_t done = 0; done < size;) {
        size_t run;
        const void *p = mem_hva(sp, gva(src.v + done), size - done, &run);
        if (mem_is_bad(p) || copy_bytes((char *) dst + done, p, run))
            return -EFAULT;
        done += run;
    }
    return 0;
}

int copy_out(struct space *sp, gva_t dst, const void *src, size_t size)
{
    for (size_t done = 0; done < size;) {
        size_t run;
        void *p = mem_hva(sp, gva(dst.v + done), size - done, &run);
        if (mem_is_bad(p) || copy_bytes(p, (const char *) src + done, run))
            return -EFAULT;
        done += run;
    }
    return 0;
}

int clear_out(struct space *sp, gva_t dst, size_t size)
{
    for (size_t done = 0; done < size;) {
        size_t run;
        void *p = mem_hva(sp, gva(dst.v + done), size - done, &run);
        if (mem_is_bad(p) || fill_zero(p, run))
            return -EFAULT;
        done += run;
    }
    return 0;
}

int64_t copy_in_str(struct space *sp, char *dst, gva_t src, size_t size)
{
    size_t done = 0;
    while (done < size) {
        uint64_t va = src.v + done;
        size_t n = MIN(size - done, 256 - (va & 255)); /* never across a page, little beyond the end */
        int r = copy_in(sp, dst + done, gva(va), n);
        if (r)
            return r;
        const char *end = memchr(dst + done, 0, n);
        if (end)
            return end - dst;
        done += n;
    }
    return -ENAMETOOLONG;
}

int cmpxchg_user32(struct space *sp, gva_t va, uint32_t *old, uint32_t new_value)
{
    if (va.v & 3)
        return -EINVAL;
    void *p = mem_hva(sp, va, 4, NULL);
    if (mem_is_bad(p) || cmpxchg32(p, old, new_value))
        return -EFAULT;
    return 0;
}
