/* Placement of memory (NUMA policy) and protection keys. Guest ranges become the host ranges that back them. */
#include <errno.h>
#include <limits.h>
#include <linux/mempolicy.h>
#include <string.h>

#include "sys/handlers.h"
#include "task/process.h"

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

int64_t sys_migrate_pages(struct thread *t, const uint64_t a[6])
{
    struct pin from, to;
    int64_t ret = pin_nodes(t, &from, a[2], a[1], PIN_IN);

    if (ret < 0)
        return ret;
    ret = pin_nodes(t, &to, a[3], a[1], PIN_IN);
    if (ret >= 0) {
        ret = host(SYS_migrate_pages, (int) a[0], a[1], from.hva, to.hva);
        pin_done(t, &to, 0);
    }
    pin_done(t, &from, 0);
    return ret;
}

/* Pages of one host call: where some cannot be moved, Linux goes on to the end of a stretch for one node. */
#define MOVE_MAX (1u << 16)

/* The next `n` of the calling process, from number `done` on. */
static int64_t move_some(struct thread *t, const uint64_t a[6], uint64_t done, uint64_t n)
{
    autofree uint64_t *pages = calloc(n, sizeof *pages);
    struct pin nodes, status;
    uint64_t good = 0;

    if (!pages)
        return -ENOMEM;
    for (; good < n && get_user(t->proc->space, &pages[good], gva(a[2] + (done + good) * 8)) == 0; good++)
        pages[good] = (uint64_t) mem_hva(t->proc->space, gva(pages[good]), 1, NULL);
    int64_t ret = pin(t, &nodes, a[3] ? a[3] + done * 4 : 0, n * 4, PIN_IN);
    if (ret < 0)
        return ret;
    ret = pin(t, &status, a[4] + done * 4, n * 4, PIN_INOUT); /* some may stay as they are */
    if (ret >= 0) {
        ret = host(SYS_move_pages, 0, good, pages, nodes.hva, status.hva, a[5]);
        if (pin_done(t, &status, status.size) < 0)
            ret = -EFAULT;
    }
    pin_done(t, &nodes, 0);
    return ret == 0 && good < n ? -EFAULT : ret;
}

/* Only of the caller itself: another process's addresses are backed by host addresses that are not known here. */
int64_t sys_move_pages(struct thread *t, const uint64_t a[6])
{
    const uint64_t count = a[1];

    /* Of no pages: the flags, the process and the right to it are checked. */
    int64_t ret = host(SYS_move_pages, (int) a[0], 0, NULL, NULL, NULL, (int) a[5]);
    if (ret < 0)
        return ret;
    if (!process_is_named(t->proc, (int) a[0]))
        return -EPERM;
    for (uint64_t done = 0, n; done < count && ret == 0; done += n) {
        n = MIN(count - done, MOVE_MAX);
        ret = move_some(t, a, done, n);
        if (ret > 0) /* could not be moved; nor are those tried that come behind them */
            ret += (int64_t) (count - done - n);
    }
    return ret;
}

/* As on a processor without protection keys: the arguments are checked, then there is none left. */
int64_t sys_pkey_alloc(struct thread *t, const uint64_t a[6])
{
    (void) t;
    return a[0] || a[1] & ~3ull /* PKEY_ACCESS_MASK */ ? -EINVAL : -ENOSPC;
}

/* Without keys, -1 is the only one, and means plain mprotect. */
int64_t sys_pkey_mprotect(struct thread *t, const uint64_t a[6])
{
    return (int) a[3] == -1 ? sys_mprotect(t, a) : -EINVAL;
}
