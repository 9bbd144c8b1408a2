/* covers: ptrace */
/* cflags: -Wno-format */
/* What debug registers take, what they show, and who has them: the thread alone, until it executes another program. */
#include <pthread.h>

#include "ptrace.h"

#define DR(n) ((void *) (offsetof(struct user, u_debugreg) + (n) *8))

static volatile long watched;

static void poke(pid_t p, int n, unsigned long v, const char *what)
{
    show(what, (int) ptrace(PTRACE_POKEUSER, p, DR(n), (void *) v));
}

static void shown(const char *what, pid_t p)
{
    printf("%s:", what);
    errno = 0;
    for (int n = 0; n < 8; n++) {
        unsigned long v = (unsigned long) ptrace(PTRACE_PEEKUSER, p, DR(n), NULL);
        unsigned long off = v - (unsigned long) (uintptr_t) &watched;
        if (off < 8)
            printf(" +%lx", off);
        else
            printf(" %lx", v);
    }
    printf(", error %d\n", errno);
}

static void *thread(void *arg)
{
    watched++;
    return arg;
}

static void writes(void)
{
    pthread_t t;
    watched = 1;
    MUST(pthread_create(&t, NULL, thread, NULL) == 0 && pthread_join(t, NULL) == 0);
    watched = 3;
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return 7;
    const unsigned long at = (unsigned long) (uintptr_t) &watched, on = 1 | 9ul << 16;
    pid_t p = TRACED(writes(); execl("/proc/self/exe", argv[0], "x", NULL););
    shown("at first", p);
    poke(p, 7, 1 | 2ul << 16, "ports");
    poke(p, 7, 1 | 4ul << 16, "long instruction");
    poke(p, 7, 2ul << 16, "ports, off");
    poke(p, 7, 0, "nothing");
    poke(p, 0, at + 1, "odd address");
    poke(p, 7, on, "on, at an odd address");
    poke(p, 0, at, "address");
    poke(p, 7, on, "on");
    poke(p, 0, at + 1, "odd address while on");
    poke(p, 4, 0, "DR4");
    poke(p, 5, 1, "DR5");
    poke(p, 6, 0x123456789, "DR6");
    shown("then", p);
    poke(p, 7, 0xffffffff00000700 | on, "reserved bits");
    poke(p, 1, 0xffffffff81000000, "the kernel's");
    poke(p, 1, 0x7ffffffff000, "beyond");
    poke(p, 1, 0x7fffffffefff, "last");
    poke(p, 3, 1, "another one");
    poke(p, 7, on | 2ul << 28, "ports, off, of a known one");
    shown("then", p);
    poke(p, 7, on, "one");
    MUST(ptrace(PTRACE_SETOPTIONS, p, NULL, (void *) (PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC)) == 0);
    if (!watchpoints_work()) {
        kill(p, SIGKILL);
        return t_end();
    }
    go_on(PTRACE_CONT, p, 0, "write");
    go_on(PTRACE_CONT, p, 0, "birth");
    pid_t t = (pid_t) message_of(p);
    show_stop("thread", next_status(t));
    shown("thread's", t);
    MUST(ptrace(PTRACE_CONT, t, NULL, NULL) == 0);
    go_on(PTRACE_CONT, p, 0, "last write");
    show_stop("thread's end", next_status(t));
    shown("before exec", p);
    go_on(PTRACE_CONT, p, 0, "exec");
    shown("after it", p);
    go_on(PTRACE_CONT, p, 0, "end");
    return t_end();
}
