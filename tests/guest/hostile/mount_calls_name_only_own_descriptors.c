/* covers: mount_setattr open_tree_attr statmount listmount */
/* A number in a structure about mounts that is no open descriptor of the program's is nobody's, whichever number it is. */
#include "t.h"

struct attr { /* struct mount_attr */
    uint64_t set, clear, propagation, userns;
};

struct request { /* struct mnt_id_req */
    uint32_t size, fd;
    uint64_t id, param, ns;
};

#define MOUNT_ATTR_IDMAP 0x100000

static char buf[T_PAGE];

static int setattr(int n)
{
    struct attr a = {.set = MOUNT_ATTR_IDMAP, .userns = (uint64_t) n};
    return raw(mount_setattr, AT_FDCWD, "/proc", 0, &a, sizeof a) ? errno : 0;
}

static int tree(int n)
{
    struct attr a = {.set = MOUNT_ATTR_IDMAP, .userns = (uint64_t) n};
    return raw(open_tree_attr, AT_FDCWD, "/proc", 1 /* OPEN_TREE_CLONE */, &a, sizeof a) < 0 ? errno : 0;
}

static int ask(long nr, int n)
{
    struct request r = {.size = sizeof r, .fd = (uint32_t) n, .id = 1, .param = 1};
    return syscall(nr, &r, buf, nr == SYS_statmount ? sizeof buf : sizeof buf / 8, 0) < 0 ? errno : 0;
}

static int stat_of(int n)
{
    return ask(SYS_statmount, n);
}

static int list_of(int n)
{
    return ask(SYS_listmount, n);
}

int main(void)
{
    static const struct {
        const char *name;
        int (*call)(int);
    } calls[] = {{"mount_setattr", setattr}, {"open_tree_attr", tree}, {"statmount", stat_of}, {"listmount", list_of}};

    for (unsigned i = 0; i < ARRAY_SIZE(calls); i++) {
        const int none = calls[i].call(INT_MAX);
        int other = 0;
        for (int n = 3; n < 5400; n++)
            if (fcntl(n, F_GETFD) == -1)
                other += calls[i].call(n) != none;
        printf("%s: %s, %d answers of another kind\n", calls[i].name, errname(none), other);
    }
    struct attr *edge = at_edge(sizeof *edge);
    *edge = (struct attr){.set = MOUNT_ATTR_IDMAP, .userns = 1};
    show("of no namespace", raw(mount_setattr, AT_FDCWD, "/proc", 0, edge, sizeof *edge));
    show("past the edge", raw(mount_setattr, AT_FDCWD, "/proc", 0, edge, sizeof *edge + 8));
    show("too small", raw(mount_setattr, AT_FDCWD, "/proc", 0, edge, 8));
    show("too large", raw(mount_setattr, AT_FDCWD, "/proc", 0, edge, T_PAGE + 1));
    show("nowhere", raw(mount_setattr, AT_FDCWD, "/proc", 0, BAD_PTR, sizeof *edge));
    return t_end();
}
