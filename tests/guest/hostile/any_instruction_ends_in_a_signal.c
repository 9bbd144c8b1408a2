/* covers: rt_sigreturn */
/* svm: no (an emulator takes odd instructions differently from a processor) */
/* only: static-glibc (one build tells all) */
/* Instructions that no compiler emits, one at a time under the trap flag: whatever they do is the program's own affair. Which of the odd
 * ones a processor knows differs between hosts, so only the well-known outcomes are printed. */
#include "t.h"
#include <asm/prctl.h>
#include <setjmp.h>

#define SCRATCH (1 << 20)

static sigjmp_buf back;
static unsigned long fs_base;
static volatile int got;

static void handler(int sig)
{
    raw(arch_prctl, ARCH_SET_FS, fs_base);
    got = sig;
    siglongjmp(back, 1);
}

/* Everything points into `scratch`; the trap comes after one instruction at `code`. */
static void run(void *code, char *scratch)
{
    __asm__ volatile(
        "movq %0, %%r15\n\t"
        "movq %1, %%rax\n\t"
        "movq %%rax, %%rsp\n\t"
        "movq %%rax, %%rbx\n\tmovq %%rax, %%rcx\n\tmovq %%rax, %%rdx\n\tmovq %%rax, %%rsi\n\tmovq %%rax, %%rdi\n\t"
        "movq %%rax, %%rbp\n\tmovq %%rax, %%r8\n\tmovq %%rax, %%r9\n\tmovq %%rax, %%r10\n\tmovq %%rax, %%r11\n\t"
        "movq %%rax, %%r12\n\tmovq %%rax, %%r13\n\tmovq %%rax, %%r14\n\t"
        "pushq $0x302\n\t"
        "pushq %%r15\n\tpopq %%r15\n\t"
        "movq %%r15, -8(%%rsp)\n\t"
        "popfq\n\t"
        "jmp *%%r15\n\t"
        :
        : "r"(code), "r"(scratch + SCRATCH / 2)
        : "memory", "cc");
    __builtin_unreachable();
}

static int try(uint8_t *page, char *scratch, const uint8_t *bytes, size_t n)
{
    memset(page, 0xcc, 64);
    memcpy(page, bytes, n);
    got = 0;
    if (sigsetjmp(back, 1) == 0) {
        /* popfq sets TF: it traps after the jump, and the handler below lets one more instruction run. */
        run(page, scratch);
    }
    __asm__ volatile("pushq $0x202\n\tpopfq\n\tfninit\n\tcld" ::: "cc", "memory");
    unsigned mxcsr = 0x1f80;
    __asm__ volatile("ldmxcsr %0" ::"m"(mxcsr));
    return got;
}

static volatile uintptr_t first;

static void step(int sig, siginfo_t *si, void *arg)
{
    /* The trap after the jump: its address is the code's start. Only the second one counts. */
    unsigned long *regs = (unsigned long *) ((char *) arg + 40); /* uc_mcontext */
    (void) si;
    if (sig == SIGTRAP && regs[16] == first) {
        first = 0;
        return;
    }
    handler(sig);
}

static bool forbidden(const uint8_t *b, size_t n)
{
    for (size_t i = 0; i + 1 < n; i++) {
        if (b[i] == 0x0f && (b[i + 1] == 0x05 || b[i + 1] == 0x34))
            return true;
        if (b[i] == 0xcd)
            return true;
    }
    return false;
}

int main(void)
{
    static const int sigs[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP};
    static const struct {
        const char *name;
        uint8_t byte[8], n;
    } known[] = {
        {"nop", {0x90}, 1},
        {"hlt", {0xf4}, 1},
        {"cli", {0xfa}, 1},
        {"sti", {0xfb}, 1},
        {"in", {0xe4, 0x10}, 2},
        {"out 10", {0xe6, 0x10}, 2},
        {"out 20", {0xe6, 0x20}, 2},
        {"out dx", {0xee}, 1},
        {"rdmsr", {0x0f, 0x32}, 2},
        {"wrmsr", {0x0f, 0x30}, 2},
        {"mov cr0", {0x0f, 0x20, 0xc0}, 3},
        {"mov cr3", {0x0f, 0x22, 0xd8}, 3},
        {"mov dr7", {0x0f, 0x23, 0xf8}, 3},
        {"invd", {0x0f, 0x08}, 2},
        {"wbinvd", {0x0f, 0x09}, 2},
        {"clts", {0x0f, 0x06}, 2},
        {"lgdt", {0x0f, 0x01, 0x10}, 3},
        {"lidt", {0x0f, 0x01, 0x18}, 3},
        {"ltr", {0x0f, 0x00, 0xd8}, 3},
        {"lldt", {0x0f, 0x00, 0xd0}, 3},
        {"swapgs", {0x0f, 0x01, 0xf8}, 3},
        {"sysret", {0x48, 0x0f, 0x07}, 3},
        {"xsetbv", {0x0f, 0x01, 0xd1}, 3},
        {"ud2", {0x0f, 0x0b}, 2},
        {"int3", {0xcc}, 1},
        {"mov ss", {0x8e, 0xd0}, 2},
        {"far return", {0x48, 0xcb}, 2},
        {"iret", {0x48, 0xcf}, 2},
        {"div", {0xf7, 0xf1}, 2},
        {"jump out", {0xff, 0x20}, 2},
        {"invlpg", {0x0f, 0x01, 0x38}, 3},
        {"push fs", {0x0f, 0xa0}, 2},
        {"rsm", {0x0f, 0xaa}, 2},
    };
    struct sigaction sa = {.sa_sigaction = step, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    stack_t ss = {.ss_sp = malloc(1 << 16), .ss_size = 1 << 16};
    uint8_t *page = mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *scratch = mmap(NULL, SCRATCH, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    uint64_t seed = 88172645463325252ull;

    MUST(page != MAP_FAILED && scratch != MAP_FAILED && sigaltstack(&ss, NULL) == 0);
    raw(arch_prctl, ARCH_GET_FS, &fs_base);
    for (unsigned i = 0; i < ARRAY_SIZE(sigs); i++)
        MUST(sigaction(sigs[i], &sa, NULL) == 0);
    for (unsigned i = 0; i < ARRAY_SIZE(known); i++) {
        first = (uintptr_t) page;
        printf("%s: %s\n", known[i].name, signame(try(page, scratch, known[i].byte, known[i].n)));
    }
    int tries = 0;
    for (int i = 0; i < 1500; i++) {
        static const uint8_t lead[] = {0x0f, 0x0f, 0x0f, 0xf0, 0xf2, 0xf3, 0x66, 0xc4, 0xc5, 0x62, 0x8e, 0x48};
        uint8_t b[15];
        for (unsigned k = 0; k < sizeof b; k++) {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            b[k] = (uint8_t) (seed >> 32);
        }
        if (i & 1)
            b[0] = lead[b[14] % sizeof lead];
        if ((i & 7) == 1)
            b[0] = 0x0f, b[1] = b[14] & 1;
        if (forbidden(b, sizeof b))
            continue;
        first = (uintptr_t) page;
        int sig = try(page, scratch, b, sizeof b);
        tries += sig != 0;
        if (getenv("VERBOSE")) {
            for (unsigned k = 0; k < 8; k++)
                printf("%02x", b[k]);
            printf(" %s\n", signame(sig));
        }
    }
    show("instructions", tries);
    return t_end();
}
