/* covers: ptrace seccomp prctl */
/* svm: no (the dispatch is set by ptrace since Linux 6.4, here whatever the host is) */
#include "ptrace.h"

#include <linux/filter.h>
#include <linux/ptrace.h>
#include <linux/seccomp.h>
#include <stddef.h>

#define GET_THREAD_AREA 25
#define ARCH_PRCTL 30
#define GET_METADATA 0x420d
#define GET_RSEQ 0x420f
#define SET_DISPATCH 0x4210
#define GET_DISPATCH 0x4211
#define SET_GS 0x1001
#define GET_FS 0x1003
#define GET_GS 0x1004

static void filter(unsigned number, unsigned result, unsigned flags)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | result),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog prog = {4, code};
    MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    MUST(raw(seccomp, SECCOMP_SET_MODE_FILTER, flags, &prog) == 0);
}

static void filters(pid_t p)
{
    struct sock_filter code[8];
    for (long i = 0; i < 4; i++) {
        memset(code, 0, sizeof code);
        show("length", ptrace((int) PTRACE_SECCOMP_GET_FILTER, p, i, NULL));
        show("filter", ptrace((int) PTRACE_SECCOMP_GET_FILTER, p, i, code));
        for (int k = 0; k < 4; k++)
            printf("%x %d %d %x\n", code[k].code, code[k].jt, code[k].jf, code[k].k);
    }
    show("nowhere", ptrace((int) PTRACE_SECCOMP_GET_FILTER, p, 0, 8));
}

static void metadata(pid_t p)
{
    struct {
        uint64_t filter, flags, more;
    } m;
    for (unsigned i = 0; i < 4; i++) {
        m.filter = i;
        m.flags = m.more = 9;
        show("metadata", ptrace(GET_METADATA, p, sizeof m, &m));
        printf("%d %d %d\n", (int) m.filter, (int) m.flags, (int) m.more);
    }
    m.filter = 2;
    m.flags = 9;
    show("number alone", ptrace(GET_METADATA, p, 8, &m));
    printf("%d %d\n", (int) m.filter, (int) m.flags);
    show("too small", ptrace(GET_METADATA, p, 7, &m));
    show("nowhere", ptrace(GET_METADATA, p, sizeof m, 8));
}

static void dispatch(pid_t p)
{
    struct {
        uint64_t mode, selector, offset, len;
    } c = {9, 9, 9, 9};
    show("size", ptrace(GET_DISPATCH, p, sizeof c - 8, &c));
    show("off", ptrace(GET_DISPATCH, p, sizeof c, &c));
    printf("%d %d %d %d\n", (int) c.mode, (int) c.selector, (int) c.offset, (int) c.len);
    c.mode = 7;
    show("bad mode", ptrace(SET_DISPATCH, p, sizeof c, &c));
    c.mode = PR_SYS_DISPATCH_OFF;
    c.len = 5;
    show("off, with a range", ptrace(SET_DISPATCH, p, sizeof c, &c));
    c.mode = PR_SYS_DISPATCH_ON;
    c.offset = 0x1000;
    c.len = 0x2000;
    show("on", ptrace(SET_DISPATCH, p, sizeof c, &c));
    memset(&c, 0, sizeof c);
    show("is on", ptrace(GET_DISPATCH, p, sizeof c, &c));
    printf("%d %d %x %x\n", (int) c.mode, (int) c.selector, (int) c.offset, (int) c.len);
}

static void bases(pid_t p)
{
    unsigned long fs = 0, gs = 1;
    show("fs", ptrace(ARCH_PRCTL, p, &fs, GET_FS));
    printf("as in the registers: %d\n", fs == regs_of(p).fs_base);
    show("gs", ptrace(ARCH_PRCTL, p, &gs, GET_GS));
    printf("%lx\n", gs);
    show("set gs", ptrace(ARCH_PRCTL, p, 0x123000, SET_GS));
    show("gs", ptrace(ARCH_PRCTL, p, &gs, GET_GS));
    printf("%lx %lx\n", gs, (long) regs_of(p).gs_base);
    show("too high", ptrace(ARCH_PRCTL, p, 1ul << 63, SET_GS));
    show("nowhere", ptrace(ARCH_PRCTL, p, 8, GET_GS));
    show("no such code", ptrace(ARCH_PRCTL, p, &gs, 0x999));
}

static void areas(pid_t p)
{
    unsigned area[4] = {9, 9, 9, 9};
    for (long i = 11; i < 16; i++) {
        show("area", ptrace(GET_THREAD_AREA, p, i, area));
        printf("%u %x %x %x\n", area[0], area[1], area[2], area[3] & 0xff);
    }
    show("area below", ptrace(GET_THREAD_AREA, p, -1, area));
}

int main(void)
{
    char rseq[24];
    pid_t p = TRACED(filter(SYS_getppid, 7, 0); filter(SYS_sync, 9, 0); filter(SYS_getpgrp, 5, SECCOMP_FILTER_FLAG_LOG);
                     raise(SIGSTOP); getpid());
    show("none", ptrace((int) PTRACE_SECCOMP_GET_FILTER, p, 0, NULL));
    metadata(p);
    go_on(PTRACE_CONT, p, 0, "filters are set");
    filters(p);
    metadata(p);
    show("size", ptrace(GET_RSEQ, p, 23, rseq));
    show("rseq", ptrace(GET_RSEQ, p, 24, rseq));
    areas(p);
    bases(p);
    dispatch(p);
    go_on(PTRACE_CONT, p, 0, "dispatched");
    show_info("info", p);
    kill(p, SIGKILL);
    show_stop("end", next_status(p));
}
