/* covers: ptrace */
/* cflags: -Wno-format */
#include "ptrace.h"

__attribute__((noinline)) static int work(int a)
{
    __asm__ volatile("" : "+r"(a));
    return a + 1;
}

int main(void)
{
    pid_t p = TRACED(_exit(work(3)));
    errno = 0;
    long old = ptrace(PTRACE_PEEKTEXT, p, work, NULL);
    show("poke", ptrace(PTRACE_POKETEXT, p, work, (void *) ((old & ~0xffl) | 0xcc)));
    go_on(PTRACE_CONT, p, 0, "breakpoint");
    struct user_regs_struct r = regs_of(p);
    printf("one behind it: %d, argument %lld, no call: %lld\n", r.rip == (uintptr_t) work + 1, r.rdi, r.orig_rax);
    show_info("info", p);
    ptrace(PTRACE_POKETEXT, p, work, (void *) old);
    r.rip--;
    r.rdi = 20;
    set_regs(p, r);
    go_on(PTRACE_CONT, p, 0, "end");
    printf("ours is untouched: %d\n", work(1));
}
