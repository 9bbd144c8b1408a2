/* covers: rt_sigaction */
#include "fault.h"

static void poke(const char *name, uintptr_t va)
{
    bool hit = FAULTS((void) *(volatile char *) va);
    printf("%s: read %s %s addr %lx error %lx trap %ld\n", name, hit ? signame(fault_sig) : "fine",
           hit ? fault_code_name(fault_sig, fault_code) : "", (unsigned long) fault_addr, (unsigned long) fault_err,
           (long) fault_trap);
    hit = FAULTS(*(volatile char *) va = 0);
    printf("%s: write %s %s addr %lx error %lx trap %ld\n", name, hit ? signame(fault_sig) : "fine",
           hit ? fault_code_name(fault_sig, fault_code) : "", (unsigned long) fault_addr, (unsigned long) fault_err,
           (long) fault_trap);
    hit = FAULTS(((void (*)(void)) va)());
    printf("%s: call %s %s addr %lx error %lx trap %ld\n", name, hit ? signame(fault_sig) : "fine",
           hit ? fault_code_name(fault_sig, fault_code) : "", (unsigned long) fault_addr, (unsigned long) fault_err,
           (long) fault_trap);
}

int main(void)
{
    fault_catch();
    poke("null", 0);
    poke("near null", 0x18);
    poke("nothing there", 0x210000000123ul);
    poke("top of user space", 0x7fffffffefff);
    poke("last user page", 0x7ffffffff008);
    poke("not canonical", 0x0000900000000000ul);
    poke("not canonical, high", 0xffff7fffffffffffUL);
    poke("kernel half", 0xffff888000001000ul);
    poke("top", ~0xfful);
    /* a string instruction: the address is that of the first byte that cannot be had */
    char *p = map_anon(2 * T_PAGE, PROT_READ | PROT_WRITE);
    MUST(munmap(p + T_PAGE, T_PAGE) == 0);
    bool hit = FAULTS({
        char *d = p + 100;
        size_t n = 2 * T_PAGE;
        __asm__ volatile("rep stosb" : "+D"(d), "+c"(n) : "a"(1) : "memory");
    });
    show_fault("rep stosb", hit, p + T_PAGE);
    CHECK(p[T_PAGE - 1] == 1);
    hit = FAULTS(*(volatile uint64_t *) (p + T_PAGE - 3) = 0);
    show_fault("across the edge", hit, p + T_PAGE);
    return t_end();
}
