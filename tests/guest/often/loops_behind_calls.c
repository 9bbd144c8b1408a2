/* covers: read */
/* translated: no (instructions of x86-64) */
/* A call that is made often, near a loop that is reached over what fills the space before it: the instruction before ends in a byte that could be a
 * RET, but is none. */
#include "t.h"

#define TIMES 3000
#define PASSES 3

long read_and_count(int fd, void *buf, size_t size, long passes, long *count);
__asm__(".text\n"
        ".p2align 4\n"
        ".skip 160, 0x90\n"
        "read_and_count:\n"
        "push %rbx\n"
        "mov %rcx, %r9\n"
        "xor %eax, %eax\n"
        "syscall\n"
        ".p2align 4\n"
        ".skip 7, 0x90\n"
        "mov %rax, %rbx\n" /* 48 89 c3 */
        ".byte 0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00\n"
        "1: incq (%r8)\n"
        "dec %r9\n"
        "jnz 1b\n"
        "mov %rbx, %rax\n"
        "pop %rbx\n"
        "ret\n"
        ".skip 200, 0xcc\n");

int main(void)
{
    int fd = open("/dev/zero", O_RDONLY), bad = 0;
    char buf[4];
    for (int i = 0; i < TIMES; i++) {
        long count = 0;
        bad += read_and_count(fd, buf, sizeof buf, PASSES, &count) != sizeof buf || count != PASSES;
        if (bad)
            break; /* it may never end */
    }
    printf("%d bad\n", bad);
    return t_end();
}
