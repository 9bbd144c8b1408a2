/* Do something that may fault, and say which signal came of it. Used by the programs about memory, signals and bad
 * programs; not for faults in threads other than the one that called fault_catch(). */
#ifndef FAULT_H
#define FAULT_H

#include <setjmp.h>
#include <ucontext.h>

#include "t.h"

/* What a FAULTS() reads was set before it and stays as it is: nothing that matters lives in a register across the jump. */
#pragma GCC diagnostic ignored "-Wclobbered"

static sigjmp_buf fault_jmp;
static volatile int fault_sig, fault_code;
static void *volatile fault_addr;
#ifdef __x86_64__
static volatile greg_t fault_err, fault_trap, fault_rip;
#endif

T_UNUSED static void fault_handler(int sig, siginfo_t *si, void *arg)
{
    fault_sig = sig;
    fault_code = si->si_code;
    fault_addr = si->si_addr;
#ifdef __x86_64__
    ucontext_t *uc = arg;
    fault_err = uc->uc_mcontext.gregs[REG_ERR];
    fault_trap = uc->uc_mcontext.gregs[REG_TRAPNO];
    fault_rip = uc->uc_mcontext.gregs[REG_RIP];
#else
    (void) arg;
#endif
    siglongjmp(fault_jmp, 1);
}

/* From here on SIGSEGV, SIGBUS, SIGILL, SIGFPE and SIGTRAP end a FAULTS() and not the program. */
T_UNUSED static void fault_catch(void)
{
    static const int sigs[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP};
    struct sigaction sa = {.sa_sigaction = fault_handler, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    for (unsigned i = 0; i < ARRAY_SIZE(sigs); i++)
        MUST(sigaction(sigs[i], &sa, NULL) == 0);
}

/* Evaluate `expr`; true when a signal cut it short. */
#define FAULTS(expr)                                                                                                   \
    ({                                                                                                                 \
        volatile bool faults_ = true;                                                                                  \
        fault_sig = 0;                                                                                                 \
        if (sigsetjmp(fault_jmp, 1) == 0) {                                                                            \
            expr;                                                                                                      \
            faults_ = false;                                                                                           \
        }                                                                                                              \
        faults_;                                                                                                       \
    })

T_UNUSED static const char *fault_code_name(int sig, int code)
{
    static char other[16];
    switch (sig << 16 | (code & 0xffff)) {
    case SIGSEGV << 16 | 1:
        return "SEGV_MAPERR";
    case SIGSEGV << 16 | 2:
        return "SEGV_ACCERR";
    case SIGBUS << 16 | 1:
        return "BUS_ADRALN";
    case SIGBUS << 16 | 2:
        return "BUS_ADRERR";
    case SIGFPE << 16 | 1:
        return "FPE_INTDIV";
    case SIGFPE << 16 | 3:
        return "FPE_FLTDIV";
    case SIGFPE << 16 | 4:
        return "FPE_FLTOVF";
    case SIGFPE << 16 | 5:
        return "FPE_FLTUND";
    case SIGFPE << 16 | 6:
        return "FPE_FLTRES";
    case SIGFPE << 16 | 7:
        return "FPE_FLTINV";
    case SIGILL << 16 | 2:
        return "ILL_ILLOPN";
    case SIGTRAP << 16 | 1:
        return "TRAP_BRKPT";
    case SIGTRAP << 16 | 2:
        return "TRAP_TRACE";
    }
    if (code == SI_KERNEL)
        return "SI_KERNEL";
    snprintf(other, sizeof(other), "code %d", code);
    return other;
}

/* "name: fine", or "name: SIGSEGV SEGV_ACCERR at +8": where the last FAULTS() was hit, counted from `base`. */
T_UNUSED static void show_fault(const char *name, bool faulted, const volatile void *base)
{
    if (!faulted)
        printf("%s: fine\n", name);
    else
        printf("%s: %s %s at %+ld\n", name, signame(fault_sig), fault_code_name(fault_sig, fault_code),
               (long) ((char *) fault_addr - (const volatile char *) base));
}

/* Read, write (leaving the value as it is) or call one address. */
T_UNUSED static void show_read(const char *name, const volatile void *p)
{
    show_fault(name, FAULTS((void) *(const volatile char *) p), p);
}

#ifdef __x86_64__
#define FAULT_TOUCH(p) __asm__ volatile("orb $0, (%0)" : : "r"(p) : "memory", "cc")
#else
#define FAULT_TOUCH(p) __atomic_fetch_or((volatile char *) (p), 0, __ATOMIC_SEQ_CST)
#endif

T_UNUSED static void show_write(const char *name, volatile void *p)
{
    show_fault(name, FAULTS(FAULT_TOUCH(p)), p);
}

T_UNUSED static void show_call(const char *name, const void *p)
{
    show_fault(name, FAULTS(((void (*)(void))(uintptr_t) p)()), p);
}

/* A function that returns, as it lies in memory. */
#if defined(__x86_64__)
#define RET_INSN "\xc3"
#elif defined(__aarch64__)
#define RET_INSN "\xc0\x03\x5f\xd6"
#elif defined(__riscv)
#define RET_INSN "\x67\x80\x00\x00"
#endif

T_UNUSED static char *map_anon(size_t size, int prot)
{
    char *p = mmap(NULL, size, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(p != MAP_FAILED);
    return p;
}

/* How many of these pages are in memory. */
T_UNUSED static unsigned present(char *p, int pages)
{
    unsigned char vec[64];
    unsigned n = 0;
    MUST(mincore(p, (size_t) pages * T_PAGE, vec) == 0);
    for (int i = 0; i < pages; i++)
        n += vec[i] & 1;
    return n;
}

#endif
