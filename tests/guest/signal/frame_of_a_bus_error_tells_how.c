/* covers: rt_sigaction rt_sigreturn */
/* translated: no (the kernel's fault is the translator's) */
#include "fault.h"

static void fault(const char *name, bool hit, void *at)
{
    printf("%s: %d, %s, error %lx trap %lx at %+ld\n", name, hit, fault_code_name(fault_sig, fault_code),
           (long) fault_err, (long) fault_trap, (long) ((char *) fault_addr - (char *) at));
}

int main(void)
{
    int fd;
    scratch();
    put_file("f", "x");
    MUST((fd = open("f", O_RDWR)) >= 0);
    char *p = mmap(NULL, 2 * T_PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_SHARED, fd, 0);
    MUST(p != MAP_FAILED);
    fault_catch();
    fault("read", FAULTS((void) *(volatile char *) (p + T_PAGE)), p);
    fault("write", FAULTS(*(volatile char *) (p + T_PAGE) = 1), p);
    fault("jump", FAULTS(((void (*)(void))(p + T_PAGE))()), p);
    return t_end();
}
