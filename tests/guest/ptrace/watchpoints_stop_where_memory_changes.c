/* covers: ptrace */
/* Debug registers: writes, accesses and instructions that are watched stop the tracee, whatever it blocks. */
#include "ptrace.h"

#define DR(n) ((void *) (offsetof(struct user, u_debugreg) + (n) *8))
#define ON_WRITE 1ul
#define ON_ACCESS 3ul
#define EIGHT 2ul
#define FOUR 3ul
#define DR7(n, what, len) (1ul << (n) *2 | ((what) | (len) << 2) << (16 + (n) *4))

static volatile long watched, other;
static volatile char text[64] __attribute__((aligned(64)));

__attribute__((noinline)) static void landmark(void)
{
    __asm__ volatile("nop" ::: "memory");
}

static void poke(pid_t p, int n, unsigned long v)
{
    MUST(ptrace(PTRACE_POKEUSER, p, DR(n), (void *) v) == 0);
}

/* Where it stops next: by which bits of DR6, at the landmark or not, and what is there by then. */
static int next(const char *what, pid_t p, int request)
{
    siginfo_t si;
    int status = go_on(request, p, 0, what);
    if (!WIFSTOPPED(status))
        return status;
    memset(&si, 0, sizeof si);
    MUST(ptrace(PTRACE_GETSIGINFO, p, NULL, &si) == 0);
    const struct user_regs_struct r = regs_of(p);
    printf("  code %d, DR6 %lx, %d %d, flags %llx, watched %ld, text %lx\n", si.si_code,
           (unsigned long) ptrace(PTRACE_PEEKUSER, p, DR(6), NULL), r.rip == (unsigned long) (uintptr_t) landmark,
           si.si_addr == (void *) (uintptr_t) r.rip, (unsigned long long) r.eflags & 0x10100,
           ptrace(PTRACE_PEEKDATA, p, (void *) (uintptr_t) &watched, NULL),
           ptrace(PTRACE_PEEKDATA, p, (void *) (uintptr_t) text, NULL) & 0xff);
    return status;
}

static void memory(void)
{
    pid_t p = TRACED(for (int i = 1; i < 4; i++) {
        other++;
        watched = i * 10;
        landmark();
        other += watched;
    } watched = 30; /* the same once more */
                     __asm__ volatile("sub $256, %%rsp; pushf; pop %%rax; add $256, %%rsp"
                                      :
                                      :
                                      : "rax"););
    poke(p, 0, (uintptr_t) &watched);
    poke(p, 7, DR7(0, ON_WRITE, EIGHT));
    next("first write", p, PTRACE_CONT);
    next("a step", p, PTRACE_SINGLESTEP);
    poke(p, 1, (uintptr_t) landmark);
    poke(p, 7, DR7(0, ON_WRITE, EIGHT) | DR7(1, 0ul, 0ul));
    next("instruction", p, PTRACE_CONT);
    next("over it", p, PTRACE_SINGLESTEP);
    next("second write", p, PTRACE_CONT);
    next("instruction", p, PTRACE_CONT);
    poke(p, 7, DR7(0, ON_ACCESS, EIGHT));
    next("read", p, PTRACE_CONT);
    poke(p, 7, DR7(0, ON_WRITE, EIGHT));
    next("third write", p, PTRACE_CONT);
    poke(p, 6, 0);
    next("same value", p, PTRACE_CONT);
    next("end", p, PTRACE_CONT);
}

/* Stores of several kinds, into four bytes at 4. */
static void stores(void)
{
    pid_t p = TRACED(volatile char *t = text; long n = 3; volatile char *to = t + 3; text[0] = 1;
                     __asm__ volatile("movb $1, 3(%0); movb $2, 8(%0); movb $3, 7(%0)"
                                      :
                                      : "r"(t)
                                      : "memory");
                     text[0] = 2; __asm__ volatile("rep stosb"
                                                   : "+D"(to), "+c"(n)
                                                   : "a"(4)
                                                   : "memory");
                     text[0] = 3; __asm__ volatile("movups %%xmm0, -8(%0); movups %%xmm0, 8(%0)"
                                                   :
                                                   : "r"(t + 8)
                                                   : "memory");
                     text[0] = 4; __asm__ volatile("mov %%rsp, %%rdx; lea 12(%0), %%rsp; push $5; mov %%rdx, %%rsp"
                                                   :
                                                   : "r"(t)
                                                   : "rdx", "memory");
                     text[0] = 5; __asm__ volatile("lock incl (%0,%1,4); cmpl $9, (%0,%1,4)"
                                                   :
                                                   : "r"(t), "r"(1l)
                                                   : "memory", "cc");
                     text[0] = 6; __asm__ volatile("addl $3, %0; movl $8, %1"
                                                   : "+m"(text[4]), "=m"(text[8])
                                                   :
                                                   : "memory", "cc"););
    int status;
    poke(p, 2, (uintptr_t) text + 4);
    poke(p, 7, DR7(2, ON_WRITE, FOUR));
    do
        status = next("store", p, PTRACE_CONT);
    while (WIFSTOPPED(status));
}

static void reads_into_watched(void)
{
    int fd[2];
    MUST(pipe(fd) == 0 && write(fd[1], "abcdefgh", 8) == 8 && read(fd[0], (void *) (uintptr_t) &watched, 8) == 8);
}

/* The kernel's own writes are not told; a signal that is blocked comes all the same. */
static void blocked(void)
{
    pid_t p =
        TRACED(sigset_t all; sigfillset(&all); sigprocmask(SIG_BLOCK, &all, NULL); watched = 1; reads_into_watched();
               sigprocmask(SIG_BLOCK, NULL, &all);
               text[0] = (char) (1 + sigismember(&all, SIGTRAP) * 2 + sigismember(&all, SIGUSR1) * 4); watched = 2;);
    poke(p, 3, (uintptr_t) &watched);
    poke(p, 7, DR7(3, ON_WRITE, EIGHT));
    next("blocked", p, PTRACE_CONT);
    next("after a read", p, PTRACE_CONT);
    next("end", p, PTRACE_CONT);
}

/* One that meets nothing stops when it is asked to, wherever it is. */
static void spinning(void)
{
    int stops = 0;
    pid_t p = TRACED(for (;;) other++);
    poke(p, 0, (uintptr_t) &watched);
    poke(p, 7, DR7(0, ON_WRITE, EIGHT));
    for (int i = 0; i < 100; i++) {
        MUST(ptrace(PTRACE_CONT, p, NULL, NULL) == 0);
        usleep((useconds_t) i * 10);
        MUST(kill(p, SIGSTOP) == 0);
        const int status = next_status(p);
        stops += WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP;
    }
    show("stops", stops);
    MUST(kill(p, SIGKILL) == 0);
    show_stop("end", next_status(p));
}

int main(void)
{
    if (watchpoints_work()) {
        memory();
        stores();
        blocked();
        spinning();
    }
    return t_end();
}
