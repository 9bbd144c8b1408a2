/* covers: sigaltstack rt_sigaction */
#include "fault.h"

static char alt[65536];
static int depth;

__attribute__((noinline)) static int deeper(int n)
{
    volatile char room[4096];
    room[0] = (char) n;
    if (++depth == INT_MAX)
        return 0;
    return deeper(n + 1) + room[0];
}

int main(void)
{
    stack_t ss = {.ss_sp = alt, .ss_size = sizeof(alt)};
    MUST(sigaltstack(&ss, NULL) == 0);
    fault_catch();
    for (int i = 0; i < 3; i++) {
        depth = 0;
        bool hit = FAULTS(deeper(0));
        printf("%d: %s %s, deep %d\n", hit, signame(fault_sig), fault_code_name(fault_sig, fault_code), depth > 500);
        sigaltstack(NULL, &ss);
        printf("left by a jump: flags %d\n", ss.ss_flags);
    }
    return t_end();
}
