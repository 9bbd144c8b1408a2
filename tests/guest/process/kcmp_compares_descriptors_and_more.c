/* covers: kcmp */
#include <linux/kcmp.h>
#include <sys/epoll.h>

#include "child.h"

static long cmp(pid_t a, pid_t b, int type, unsigned long i, unsigned long j)
{
    return raw(kcmp, a, b, type, i, j);
}

/* An order is only told as such: which of two is first is chance. */
static void order(const char *name, long r)
{
    printf("%s: %s\n", name, r < 0 ? errname(errno) : r == 0 ? "equal" : r <= 2 ? "ordered" : "not ordered");
}

int main(void)
{
    struct gate go;
    int p[2], p2[2];
    pid_t me = getpid();
    gate_init(&go);
    MUST(pipe(p) == 0 && pipe(p2) == 0);
    int d = dup(p[0]);
    pid_t pid = fork();
    if (pid == 0) {
        gate_wait(&go);
        _exit(0);
    }
    order("a descriptor and itself", cmp(me, me, KCMP_FILE, (unsigned) p[0], (unsigned) p[0]));
    order("its copy", cmp(me, me, KCMP_FILE, (unsigned) p[0], (unsigned) d));
    order("the other end", cmp(me, me, KCMP_FILE, (unsigned) p[0], (unsigned) p[1]));
    order("another pipe", cmp(me, me, KCMP_FILE, (unsigned) p[0], (unsigned) p2[0]));
    order("a child's", cmp(me, pid, KCMP_FILE, (unsigned) p[0], (unsigned) p[0]));
    order("a child's other", cmp(me, pid, KCMP_FILE, (unsigned) p[0], (unsigned) p2[0]));
    long r1 = cmp(me, me, KCMP_FILE, (unsigned) p[0], (unsigned) p2[0]);
    long r2 = cmp(me, me, KCMP_FILE, (unsigned) p2[0], (unsigned) p[0]);
    CHECK((r1 == 1 && r2 == 2) || (r1 == 2 && r2 == 1));
    order("not open", cmp(me, me, KCMP_FILE, (unsigned) p[0], 77));
    order("far", cmp(me, me, KCMP_FILE, 1ul << 40, 0));
    static const int types[] = {KCMP_VM, KCMP_FILES, KCMP_FS, KCMP_SIGHAND, KCMP_IO, KCMP_SYSVSEM};
    static const char *const names[] = {"VM", "FILES", "FS", "SIGHAND", "IO", "SYSVSEM"};
    for (unsigned i = 0; i < ARRAY_SIZE(types); i++) {
        order(names[i], cmp(me, me, types[i], 0, 0));
        order("  of a child", cmp(me, pid, types[i], 0, 0));
    }
    order("unknown type", cmp(me, me, 99, 0, 0));
    order("negative type", cmp(me, me, -1, 0, 0));
    order("no process", cmp(me, 0x3fffffff, KCMP_VM, 0, 0));
    order("pid 0", cmp(0, me, KCMP_VM, 0, 0));
    struct kcmp_epoll_slot slot = {0};
    int ep = epoll_create1(0);
    MUST(epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &(struct epoll_event){.events = EPOLLIN}) == 0);
    slot.efd = (unsigned) ep;
    slot.tfd = (unsigned) p[0];
    order("what epoll watches", cmp(me, me, KCMP_EPOLL_TFD, (unsigned) p[0], (unsigned long) &slot));
    order("its copy", cmp(me, me, KCMP_EPOLL_TFD, (unsigned) d, (unsigned long) &slot));
    order("another", cmp(me, me, KCMP_EPOLL_TFD, (unsigned) p[1], (unsigned long) &slot));
    slot.tfd = (unsigned) p2[0];
    order("not watched", cmp(me, me, KCMP_EPOLL_TFD, (unsigned) p[0], (unsigned long) &slot));
    slot.efd = (unsigned) p[0];
    order("no epoll", cmp(me, me, KCMP_EPOLL_TFD, (unsigned) p[0], (unsigned long) &slot));
    order("slot not there", cmp(me, me, KCMP_EPOLL_TFD, (unsigned) p[0], 16));
    gate_open(&go);
    reap(pid);
    return t_end();
}
