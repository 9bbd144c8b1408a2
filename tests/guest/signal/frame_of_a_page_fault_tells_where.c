/* covers: rt_sigaction rt_sigreturn */
#include <ucontext.h>

#include "fault.h"

/* err, trapno, cr2 and siginfo agree for each kind of access; every later frame of the thread still shows them. */
static volatile greg_t err, trapno, cr2;

static void on_usr(int sig, siginfo_t *si, void *arg)
{
    ucontext_t *uc = arg;
    (void) sig;
    (void) si;
    err = uc->uc_mcontext.gregs[REG_ERR];
    trapno = uc->uc_mcontext.gregs[REG_TRAPNO];
    cr2 = uc->uc_mcontext.gregs[REG_CR2];
}

static void fault(const char *name, bool hit, void *at)
{
    printf("%s: %d, %s, error %lx trap %lx at %+ld; ", name, hit, fault_code_name(fault_sig, fault_code),
           (long) fault_err, (long) fault_trap, (long) ((char *) fault_addr - (char *) at));
    raise(SIGUSR1);
    printf("later error %lx trap %lx cr2 %+ld\n", (long) err, (long) trapno, (long) (cr2 - (greg_t) (uintptr_t) at));
}

int main(void)
{
    char *none = map_anon(T_PAGE, PROT_NONE), *ro = map_anon(T_PAGE, PROT_READ), *gone = map_anon(T_PAGE, PROT_READ);
    struct sigaction sa = {.sa_sigaction = on_usr, .sa_flags = SA_SIGINFO};
    volatile uintptr_t null_page = 8;
    fault_catch();
    sigaction(SIGUSR1, &sa, NULL);
    munmap(gone, T_PAGE);
    fault("read of nothing", FAULTS((void) *(volatile char *) gone), gone);
    fault("write to nothing", FAULTS(*(volatile char *) gone = 1), gone);
    fault("read without rights", FAULTS((void) *(volatile char *) (none + 100)), none);
    fault("write without rights", FAULTS(*(volatile char *) (none + 100) = 1), none);
    (void) *(volatile char *) ro; /* the page is there: the error says so */
    fault("write to read-only", FAULTS(*(volatile char *) (ro + 4095) = 1), ro);
    fault("read of the null page", FAULTS((void) *(volatile char *) null_page), NULL);
    fault("jump to nothing", FAULTS(((void (*)(void)) gone)()), gone);
    return t_end();
}
