/* Placement of memory (NUMA policy) and protection keys. Guest ranges become the host ranges that back them. */
#include <errno.h>
#include <limits.h>
#include <linux/mempolicy.h>
#include <string.h>

#include "sys/handlers.h"

/* Node sets larger than the kernel's own maximum are EINVAL there. */
#define NODE_BITS_MAX (PAGE_SIZE * 8)

static int pin_nodes(struct thread *t, struct pin *p, uint64_t va, uint64_t maxnode, enum pin_dir dir)
{
    /* The kernel reads maxnode - 1 bits, in whole longs. */
    uint64_t bits = maxnode ? MIN(maxnode - 1, NODE_BITS_MAX) : 0;

    return pin(t, p, va, (bits + 63) / 64 * 8, dir);
}

/* Call `nr` with (address, length, then the rest) on each host piece of a guest range. */
static int64_t each_piece(struct thread *t, long nr, uint64_t addr, uint64_t len, const uint64_t rest[4])
{
    /* Of nothing: everything but the range is checked. */
    int64_t ret = host(nr, 0, 0, rest[0], rest[1], rest[2], rest[3]);

    if (ret < 0)
        return ret;
    if (addr & ~PAGE_MASK)
        return -EINVAL;
    if (len && page_up(len) < len)
        return -EINVAL;
    len = page_up(len);
    if (addr + len < addr)
        return -EINVAL;
    for (uint64_t done = 0; done < len && ret >= 0;) {
        size_t run = 0;
        void *hva = mem_hva(t->proc->space, gva(addr + done), len - done, &run);

        if (!hva || !run)
            return -EFAULT;
        ret = host(nr, hva, run, rest[0], rest[1], rest[2], rest[3]);
        done += run;
    }
    return ret == -EINVAL ? -EFAULT : ret;
}

int64_t sys_mbind(struct thread *t, const uint64_t a[6])
{
    struct pin nodes;
    int64_t ret = pin_nodes(t, &nodes, a[3], a[4], PIN_IN);

    if (ret < 0)
        return ret;
    ret = each_piece(t, SYS_mbind, a[0], a[1], (uint64_t[]){a[2], (uint64_t) nodes.hva, a[4], a[5]});
    pin_done(t, &nodes, 0);
    return ret;
}

int64_t sys_set_mempolicy_home_node(struct thread *t, const uint64_t a[6])
{
    return each_piece(t, 450, a[0], a[1], (uint64_t[]){a[2], a[3], 0, 0});
}

int64_t sys_set_mempolicy(struct thread *t, const uint64_t a[6])
{
    struct pin nodes;
    int64_t ret = pin_nodes(t, &nodes, a[1], a[2], PIN_IN);

    if (ret < 0)
        return ret;
    ret = host(SYS_set_mempolicy, a[0], nodes.hva, a[2]);
    pin_done(t, &nodes, 0);
    return ret;
}

int64_t sys_get_mempolicy(struct thread *t, const uint64_t a[6])
{
    struct pin mode, nodes;
    void *addr = (void *) a[3];
    int64_t ret;

    if (a[4] & MPOL_F_ADDR)
        addr = mem_hva(t->proc->space, gva(a[3]), 1, NULL);
    ret = pin(t, &mode, a[0], 4, PIN_OUT);
    if (ret < 0)
        return ret;
    ret = pin_nodes(t, &nodes, a[1], a[2], PIN_OUT);
    if (ret >= 0) {
        ret = host(SYS_get_mempolicy, mode.hva, nodes.hva, a[2], addr, a[4]);
        if (pin_done(t, &nodes, ret < 0 ? 0 : nodes.size) < 0)
            ret = -EFAULT;
    }
    if (pin_done(t, &mode, ret < 0 ? 0 : mode.size) < 0)
        ret = -EFAULT;
    return ret;
}

/* Only of the caller itself: another process's addresses are backed by host addresses that are not known here. */
int64_t sys_move_pages(struct thread *t, const uint64_t a[6])
{
    uint64_t count = a[1], pages[64];
    struct space *sp = t->proc->space;
    int nodes[64], status[64];
    int64_t ret = 0;

    /* Of no pages: the flags, the process and the right to it are checked. */
    ret = host(SYS_move_pages, (int) a[0], 0, NULL, NULL, NULL, (int) a[5]);
    if (ret < 0)
        return ret;
    if ((int) a[0] && (int) a[0] != t->proc->pid)
        return -EPERM;
    for (uint64_t done = 0; done < count && ret >= 0;) {
        uint64_t n = MIN(count - done, ARRAY_SIZE(pages));

        if (copy_in(sp, pages, gva(a[2] + done * 8), n * 8) < 0 ||
            (a[3] && copy_in(sp, nodes, gva(a[3] + done * 4), n * 4) < 0))
            return -EFAULT;
        for (uint64_t i = 0; i < n; i++)
            pages[i] = (uint64_t) mem_hva(sp, gva(pages[i]), 1, NULL);
        ret = host(SYS_move_pages, 0, n, pages, a[3] ? nodes : NULL, status, a[5]);
        if (ret >= 0 && copy_out(sp, gva(a[4] + done * 4), status, n * 4) < 0)
            return -EFAULT;
        done += n;
    }
    return ret;
}

/* Without keys, -1 is the only one, and means plain mprotect. */
/* As on a processor without protection keys: the arguments are checked, then there is none left. */
int64_t sys_pkey_alloc(struct thread *t, const uint64_t a[6])
{
    (void) t;
    return a[0] || a[1] & ~3ull /* PKEY_ACCESS_MASK */ ? -EINVAL : -ENOSPC;
}

int64_t sys_pkey_mprotect(struct thread *t, const uint64_t a[6])
{
    return (int) a[3] == -1 ? sys_mprotect(t, a) : -EINVAL;
}
