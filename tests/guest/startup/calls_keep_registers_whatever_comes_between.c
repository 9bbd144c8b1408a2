/* covers: getppid */
#include <cpuid.h>
#include <signal.h>
#include <sys/time.h>

#include "t.h"

/* Many calls, with what a hypervisor may handle by itself between two of them: first touches of pages, CPUID, a timer's signal. Every call is
 * made once, comes back to the instruction behind it, and leaves all registers but rax, rcx and r11 alone. */

static volatile sig_atomic_t ticks;
static unsigned calls, wrong;
static long parent;

static void on_tick(int sig)
{
    (void) sig;
    ticks++;
}

static void call(void)
{
    uint64_t x = ++calls, rax = SYS_getppid, rbx = x + 1, rcx, rdx = x + 2, rsi = x + 3, rdi = x + 4, next, flags;
    register uint64_t r8 __asm__("r8") = x + 5;
    register uint64_t r9 __asm__("r9") = x + 6;
    register uint64_t r10 __asm__("r10") = x + 7;
    register uint64_t r11 __asm__("r11") = 0;
    register uint64_t r15 __asm__("r15") = x + 8;
    __asm__ volatile("leaq 1f(%%rip), %[next]\n\t"
                     "leaq -128(%%rsp), %%rsp\n\t" /* the red zone */
                     "pushfq\n\t"
                     "popq %[flags]\n\t"
                     "syscall\n"
                     "1:\tleaq 128(%%rsp), %%rsp"
                     : "+a"(rax), "+b"(rbx), "=&c"(rcx), "+d"(rdx), "+S"(rsi), "+D"(rdi), "+r"(r8), "+r"(r9), "+r"(r10),
                       "+r"(r11), "+r"(r15), [next] "=&r"(next), [flags] "=&r"(flags)
                     :
                     : "memory", "cc");
    if ((long) rax != parent || rbx != x + 1 || rdx != x + 2 || rsi != x + 3 || rdi != x + 4 || r8 != x + 5 ||
        r9 != x + 6 || r10 != x + 7 || r15 != x + 8 || rcx != next || ((r11 ^ flags) & 0xcd5 /* status flags, DF */))
        wrong++;
}

int main(void)
{
    const struct itimerval often = {{0, 700}, {0, 700}}, never = {0};
    volatile char *fresh = mmap(NULL, 600 * T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    unsigned a, b, c, d;

    MUST(fresh != MAP_FAILED);
    parent = getppid();
    signal(SIGALRM, on_tick);
    for (int i = 0; i < 300; i++)
        call();
    for (int page = 0; page < 300; page++) {
        fresh[page * T_PAGE] = 1;
        for (int i = page % 7; i > 0; i--)
            call();
    }
    for (int i = 0; i < 200; i++) {
        __cpuid(i % 2, a, b, c, d);
        for (int k = i % 5; k > 0; k--)
            call();
    }
    setitimer(ITIMER_REAL, &often, NULL);
    for (int page = 300; page < 600 || ticks < 20; page++) {
        fresh[page % 600 * T_PAGE] = 1;
        call();
        call();
    }
    setitimer(ITIMER_REAL, &never, NULL);
    CHECK(wrong == 0);
    return t_end();
}
