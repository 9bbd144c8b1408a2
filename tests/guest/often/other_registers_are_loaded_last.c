/* covers: getppid */
/* translated: no (instructions of x86-64) */
/* A call that is made often, where what stands before the SYSCALL loads another register than that of the number. */
#include "t.h"

#define TIMES 3000

/* The call by `before` and SYSCALL; its result, or 0 when R8 is not what was loaded. */
#define CALL(before, r8_wanted)                                                                                        \
    ({                                                                                                                 \
        long ret_;                                                                                                     \
        unsigned long r8_;                                                                                             \
        __asm__ volatile("mov $77, %%r8d\n\tmov $110, %%eax\n\t" before "\n\tsyscall\n\tmov %%r8, %1"                  \
                         : "=&a"(ret_), "=&r"(r8_)::"rcx", "r8", "r11", "memory");                                     \
        r8_ == (r8_wanted) ? ret_ : 0;                                                                                 \
    })

int main(void)
{
    int bad[4] = {0};
    long parent = getppid();
    for (int i = 0; i < TIMES; i++) {
        bad[0] += CALL("xor %%r8d, %%r8d", 0) != parent;
        bad[1] += CALL("mov $-1, %%r8d", 0xffffffff) != parent;
        bad[2] += CALL("mov $110, %%r8d", 110) != parent;
        bad[3] += CALL("nop", 77) != parent;
    }
    printf("%d %d %d %d bad\n", bad[0], bad[1], bad[2], bad[3]);
    return t_end();
}
