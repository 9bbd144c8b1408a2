/* covers: sigaltstack prlimit64 mmap */
#include <sys/resource.h>

#include "child.h"
#include "fault.h"

static __attribute__((noinline)) long deep(long n)
{
    volatile char frame[1000];
    frame[0] = (char) n;
    return n == 0 ? frame[0] : deep(n - 1) + 1;
}

static volatile long reached;

static __attribute__((noinline)) long forever(long n)
{
    volatile char frame[4000];
    frame[0] = (char) n;
    reached = n;
    if (n < 0)
        return 0;
    return forever(n + 1) + frame[0];
}

int main(void)
{
    static char alt[65536];
    struct rlimit rl;
    stack_t ss = {.ss_sp = alt, .ss_size = sizeof(alt)};
    MUST(getrlimit(RLIMIT_STACK, &rl) == 0);
    rl.rlim_cur = 8 << 20;
    if (rl.rlim_max < 8 << 20)
        rl.rlim_max = 8 << 20;
    MUST(setrlimit(RLIMIT_STACK, &rl) == 0);
    printf("4 MiB deep: %ld\n", deep(4000));
    fault_catch();
    MUST(sigaltstack(&ss, NULL) == 0);
    bool hit = FAULTS(forever(0));
    printf("endless recursion: %s %s\n", hit ? signame(fault_sig) : "?", fault_code_name(fault_sig, fault_code));
    CHECK(reached > 1800 && reached < 2200);

    /* a smaller limit counts at once */
    show_status("1 MiB of stack", IN_CHILD({
                    rl.rlim_cur = 1 << 20;
                    MUST(setrlimit(RLIMIT_STACK, &rl) == 0);
                    /* the stack of this child is already larger than that: only growing it is refused */
                    FAULTS(forever(0));
                    _exit(fault_sig);
                }));
    /* without an alternate stack there is nowhere to run the handler */
    show_status("no alternate stack", IN_CHILD({
                    ss.ss_flags = SS_DISABLE;
                    MUST(sigaltstack(&ss, NULL) == 0);
                    forever(0);
                }));
    /* far below the stack pointer is as good as near it, but for the guard gap of what lies below */
    char *sp = __builtin_frame_address(0);
    show_read("6 MiB below", sp - (6 << 20));
    return t_end();
}
