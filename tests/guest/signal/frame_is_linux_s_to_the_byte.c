/* covers: rt_sigaction rt_sigreturn tgkill */
/* svm: no (another kernel, another set of features) */
#include <ucontext.h>

#include "fault.h"

/* A whole frame, on a stack at a fixed address, of a thread whose every register is known. */
#define STACK ((char *) 0x200000000ul)
#define STACK_SIZE 65536ul

static uint8_t frame[STACK_SIZE];
static size_t frame_size;
static uint64_t kernel_sp;
uint64_t saved_sp;

/* Registers are numbers of their own, the vector ones too; then `ud2`. */
void known_state(void);
extern const char known_fault[];
__asm__(".text\n"
        "known_state:\n"
        "    pushq %rbx; pushq %rbp; pushq %r12; pushq %r13; pushq %r14; pushq %r15\n"
        "    movq %rsp, saved_sp(%rip)\n"
        "    movabsq $0x200008000, %rsp\n"
        "    fninit\n"
        "    fldpi\n"
        "    movl $0x1f80, -8(%rsp); ldmxcsr -8(%rsp); movq $0, -8(%rsp)\n"
        "    movq $0x1111, %rax; movq %rax, %xmm0; movq $0x2222, %rax; movq %rax, %xmm9\n"
        "    movq $1, %rax; movq $2, %rbx; movq $3, %rcx; movq $4, %rdx; movq $5, %rsi; movq $6, %rdi\n"
        "    movq $7, %rbp; movq $8, %r8; movq $9, %r9; movq $10, %r10; movq $11, %r11; movq $12, %r12\n"
        "    movq $13, %r13; movq $14, %r14; movq $15, %r15\n"
        "    cmpq %rax, %rax; stc\n"
        "known_fault: ud2\n"
        "    movq saved_sp(%rip), %rsp\n"
        "    popq %r15; popq %r14; popq %r13; popq %r12; popq %rbp; popq %rbx\n"
        "    ret\n");

static void handler(int sig, siginfo_t *si, void *arg)
{
    ucontext_t *uc = arg;
    (void) sig;
    (void) si;
    kernel_sp = (uint64_t) (uintptr_t) arg - 8; /* the frame begins with the restorer's address */
    frame_size = 0x200008000ul - kernel_sp;
    memcpy(frame, (void *) (uintptr_t) kernel_sp, frame_size);
    uc->uc_mcontext.gregs[REG_RIP] += 2;
}

static void show_word(size_t at, uint64_t v)
{
    if (at == 0)
        printf("restorer\n");
    else if (v == (uintptr_t) known_fault)
        printf("%zu: instruction\n", at);
    else if (at == 8 + offsetof(ucontext_t, uc_mcontext.gregs[REG_CR2]))
        printf("%zu: cr2\n", at);
    else if (v)
        printf("%zu: %lx\n", at, v);
}

int main(void)
{
    struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    MUST(mmap(STACK, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) ==
         STACK);
    sigaddset(&sa.sa_mask, SIGUSR2);
    MUST(sigaction(SIGILL, &sa, NULL) == 0);
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR1);
    sigaddset(&mask, 64);
    sigprocmask(SIG_SETMASK, &mask, NULL);
    known_state();
    /* Up to the end of SSE's state: what lies behind depends on the processor, and on what it offers to guests. */
    size_t fp = (size_t) (*(uint64_t *) (frame + 8 + offsetof(ucontext_t, uc_mcontext.fpregs)) - kernel_sp);
    const uint32_t *sw = (const uint32_t *) (frame + fp + 464);
    printf("state at %zu, aligned %d, below the red zone %d\n", fp, (int) ((kernel_sp + fp) & 63),
           frame_size - fp - sw[1] >= 128 && frame_size - fp - sw[1] < 128 + 64);
    for (size_t at = 0; at < fp + 464; at += 8)
        show_word(at, *(uint64_t *) (frame + at));
    printf("magic %x, extended %d, of 4 more bytes than %d, second magic %x\n", sw[0], sw[1] == sw[4] + 4, sw[4] >= 576,
           *(uint32_t *) (frame + fp + sw[4]));
    printf("features: x87 and SSE %x, those in use %lx\n", sw[2] & 3, *(uint64_t *) (frame + fp + 512) & 3);
    return t_end();
}
