/* covers: rt_sigreturn */
#include <ucontext.h>

#include "t.h"

/* A frame in which rcx is where it goes on, as after a system call, and r11 is the flags but for one bit: nothing of that makes r11 the flags. */
uint64_t found_r11, found_rcx, found_flags;
extern const char after_fault[];
void fault(void);
__asm__(".text\n"
        "fault:\n"
        "    ud2; jmp after_fault; .skip 32\n" /* some hypervisors look at what follows UD2 */
        "after_fault:\n"
        "    movq %r11, found_r11(%rip); movq %rcx, found_rcx(%rip)\n"
        "    pushfq; popq found_flags(%rip)\n"
        "    pushq $0x202; popfq\n"
        "    ret\n");

static uint64_t change, flags;

static void handler(int sig, siginfo_t *si, void *arg)
{
    greg_t *r = ((ucontext_t *) arg)->uc_mcontext.gregs;
    (void) sig;
    (void) si;
    r[REG_RIP] = r[REG_RCX] = (greg_t) (uintptr_t) after_fault;
    r[REG_EFL] = (greg_t) flags;
    r[REG_R11] = (greg_t) (flags ^ change);
}

int main(void)
{
    struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    static const uint64_t all[] = {0x202, 0x206, 0x246, 0xad7};
    sigaction(SIGILL, &sa, NULL);
    for (unsigned i = 0; i < ARRAY_SIZE(all); i++) {
        flags = all[i];
        for (int bit = -1; bit < 64; bit++) {
            change = bit < 0 ? 0 : 1ul << bit;
            fault();
            if (!CHECK(found_r11 == (flags ^ change)) || !CHECK(found_rcx == (uint64_t) after_fault) ||
                !CHECK((found_flags | 0x202) == flags))
                printf("flags %lx, bit %d\n", flags, bit);
        }
    }
    return t_end();
}
