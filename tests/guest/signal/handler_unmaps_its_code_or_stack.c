/* covers: munmap rt_sigaction sigaltstack rt_sigreturn */
#include "fault.h"
#include "child.h"

/* Code that unmaps itself: mov edi/rsi from memory, munmap, and then the next instruction is not there. */
static void own_code(void)
{
    static const unsigned char code[] = {
        0xb8, 11,   0,    0,    0,             /* mov $SYS_munmap, %eax */
        0x48, 0x8d, 0x3d, 0xf4, 255, 255, 255, /* lea -12(%rip), %rdi: where this begins */
        0xbe, 0,    16,   0,    0,             /* mov $4096, %esi */
        0x0f, 0x05,                            /* syscall */
        0xc3,
    };
    char *p = map_anon(T_PAGE, PROT_READ | PROT_WRITE | PROT_EXEC);
    memcpy(p, code, sizeof(code));
    struct sigaction sa = {.sa_handler = (void (*)(int)) p};
    sigaction(SIGUSR1, &sa, NULL);
    raise(SIGUSR1);
}

static void *alt;
static void on_usr(int sig)
{
    (void) sig;
    raw(munmap, alt, 65536);
    _exit(1);
}

static void own_stack(void)
{
    alt = map_anon(65536, PROT_READ | PROT_WRITE);
    stack_t ss = {.ss_sp = alt, .ss_size = 65536};
    struct sigaction sa = {.sa_handler = on_usr, .sa_flags = SA_ONSTACK};
    sigaltstack(&ss, NULL);
    sigaction(SIGUSR1, &sa, NULL);
    raise(SIGUSR1);
}

static void no_stack(void)
{
    struct sigaction sa = {.sa_handler = on_usr, .sa_flags = SA_ONSTACK};
    alt = map_anon(65536, PROT_READ | PROT_WRITE);
    stack_t ss = {.ss_sp = alt, .ss_size = 65536};
    sigaltstack(&ss, NULL);
    munmap(alt, 65536);
    sigaction(SIGUSR1, &sa, NULL);
    raise(SIGUSR1);
}

static void no_handler(void)
{
    char *p = map_anon(T_PAGE, PROT_READ);
    struct sigaction sa = {.sa_handler = (void (*)(int)) p};
    sigaction(SIGUSR1, &sa, NULL);
    munmap(p, T_PAGE);
    bool hit = FAULTS(raise(SIGUSR1));
    show_fault("no handler", hit, p);
}

int main(void)
{
    show_status("own code", IN_CHILD(own_code()));
    show_status("own stack", IN_CHILD(own_stack()));
    show_status("a stack that is gone", IN_CHILD(no_stack()));
    fault_catch();
    no_handler();
    bool hit = FAULTS(own_code());
    printf("own code: %d %s %s\n", hit, signame(fault_sig), fault_code_name(fault_sig, fault_code));
    return t_end();
}
