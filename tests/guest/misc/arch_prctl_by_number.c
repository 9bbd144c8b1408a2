/* covers: arch_prctl */
#include "t.h"

enum { SET_CPUID = 0x1012, GET_PERM = 0x1022, REQ_PERM, GET_GUEST_PERM, REQ_GUEST_PERM };

int main(void)
{
    uint64_t perm = 0, guest = 0;
    show("let CPUID execute", raw(arch_prctl, SET_CPUID, 1));
    show("permitted", raw(arch_prctl, GET_PERM, &perm));
    printf("%lx\n", (long) perm);
    show("permitted to guests", raw(arch_prctl, GET_GUEST_PERM, &guest));
    printf("%lx\n", (long) guest);
    show("to nowhere", raw(arch_prctl, GET_GUEST_PERM, BAD_PTR));
    for (int i = 0; i < 70; i++) {
        if (i == 18) /* AMX */
            continue;
        printf("%d\n", i);
        show("request", raw(arch_prctl, REQ_PERM, i));
        show("for guests", raw(arch_prctl, REQ_GUEST_PERM, i));
    }
    show("a high one", raw(arch_prctl, REQ_PERM, 1l << 40));
    show("vdso of x32", raw(arch_prctl, 0x2001, 0));
    show("vdso of 32 bits", raw(arch_prctl, 0x2002, 0));
    show("vdso of 64 bits", raw(arch_prctl, 0x2003, 0));
    return t_end();
}
