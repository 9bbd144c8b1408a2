/* The only way to touch guest memory. Rights are those of the host mapping, which mirrors the guest's, so a bad
 * address is -EFAULT and a truncated file too; nothing here needs a lock, and no pointer is kept.
 * For handlers. */
#ifndef MEM_ACCESS_H
#define MEM_ACCESS_H

#include <limits.h>
#include <sys/uio.h>

#include "base/base.h"
#include "mem/space.h"

/* Copy between guest and host. Return 0 or -EFAULT (a prefix may have been copied). */
int copy_in(struct space *sp, void *dst, gva_t src, size_t size);
int copy_out(struct space *sp, gva_t dst, const void *src, size_t size);
int clear_out(struct space *sp, gva_t dst, size_t size);

/* Copy a NUL-terminated string. Returns its length without the NUL, -EFAULT, or -ENAMETOOLONG when there is no
 * NUL within `size` bytes. */
int64_t copy_in_str(struct space *sp, char *dst, gva_t src, size_t size);

#define get_user(sp, ptr, src) copy_in((sp), (ptr), (src), sizeof *(ptr))
#define put_user(sp, dst, ptr) copy_out((sp), (dst), (ptr), sizeof *(ptr))

/* access_ok(): a buffer that ends outside user space is refused as a whole, before any of it is used. */
static inline bool mem_is_user(uint64_t va, uint64_t size)
{
    return va <= SPACE_TOP && size <= SPACE_TOP - va;
}

/* A host pointer for a host call to use *now* on [va, va+size): NULL stays NULL; an address that the guest has not mapped
 * becomes one that the host kernel answers with EFAULT, up to the end of its page. `*run` (may be NULL) tells how many bytes from there are
 * contiguous in host memory; when that is less than `size` the caller splits (mem_iov) or makes a copy (pin). */
void *mem_hva(struct space *sp, gva_t va, size_t size, size_t *run);

/* Is it NULL, or one of those? Nothing is mapped below, nor is anything the user's above. */
#define LOWEST_HVA (16 * PAGE_SIZE)
#define BAD_HVA 0xffff800000000000ull
static inline bool mem_is_bad(const void *hva)
{
    return (uintptr_t) hva < LOWEST_HVA || (uintptr_t) hva >= BAD_HVA;
}

/* Append the host pieces of [va, va+size) to iov[*n], at most `max` entries in all; the first bad address becomes an entry
 * that faults and ends the list. Returns the bytes covered. */
size_t mem_iov(struct space *sp, gva_t va, size_t size, struct iovec *iov, int *n, int max);

/* Copy a guest iovec array and translate each element (readv, sendmsg, process_vm_readv). *out is malloc'd (caller frees), *n
 * its length. -EINVAL (count or total too large), -EFAULT (array unreadable, an element not all in user space), -ENOMEM. */
int mem_iov_user(struct space *sp, gva_t uiov, uint64_t count, struct iovec **out, int *n);
/* Its first half: the array alone, as the guest has it, with the total cut as the kernel does. */
int mem_iov_check(struct space *sp, gva_t uiov, uint64_t count, struct iovec user[IOV_MAX]);
/* The same of what process_vm_readv is told of the other side: it goes as far as it is good. */
int mem_iov_remote(struct space *sp, gva_t uiov, uint64_t count, struct iovec **out, int *n);

/* Of *n pieces at *iov the first `done` bytes are not wanted any more. */
void iov_advance(struct iovec **iov, size_t *n, size_t done);

/* Atomic operations on a guest word: for CLEARTID, robust lists. -EFAULT when unmapped, -EINVAL unaligned. */
int cmpxchg_user32(struct space *sp, gva_t va, uint32_t *old, uint32_t new_value);

/* Copy between host addresses that may fault: the number of bytes not copied. */
long copy_bytes(void *dst, const void *src, size_t n);
/* At such an address: *old becomes what was there. Not 0: it cannot be written. */
long cmpxchg32(uint32_t *p, uint32_t *old, uint32_t new_value);

/* For the handler of SIGSEGV and SIGBUS: true when `pc` was in a copy routine: *fixup is where to go on. */
bool access_fixup(uintptr_t pc, uintptr_t *fixup);

#endif
