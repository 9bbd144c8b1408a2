/* Functions that are written at run time, for x86-64, aarch64 and riscv64. */
#ifndef CODEGEN_H
#define CODEGEN_H

#include "t.h"

#define CODE_SIZE 32 /* bytes of one function, at most */

typedef uint32_t (*code_fn)(uint32_t x);

/* uint32_t f(uint32_t x) { return x * 3 + value; } at `at`, for values below 65,536. Not yet visible to the processor: code_ready(). */
T_UNUSED static void code_write(void *at, uint32_t value)
{
#if defined(__x86_64__)
    uint8_t code[] = {0x8d, 0x04, 0x7f,       /* lea eax, [rdi + rdi * 2] */
                      0x05, 0,    0,    0, 0, /* add eax, value */
                      0xc3};
    memcpy(code + 4, &value, 4);
#elif defined(__aarch64__)
    uint32_t code[] = {0x0b000401,              /* add w1, w0, w0, lsl #1 */
                       0x52800000 | value << 5, /* mov w0, #value */
                       0x0b010000,              /* add w0, w0, w1 */
                       0xd65f03c0};             /* ret */
#elif defined(__riscv)
    uint32_t code[] = {0x00a505bb,                               /* addw a1, a0, a0 */
                       0x00b5053b,                               /* addw a0, a0, a1 */
                       0x000005b7 | ((value + 0x800) & ~0xfffu), /* lui a1, value's upper bits */
                       0x00058593 | (value & 0xfff) << 20,       /* addi a1, a1, value's lower bits */
                       0x00b5053b,                               /* addw a0, a0, a1 */
                       0x00008067};                              /* ret */
#endif
    memcpy(at, code, sizeof(code));
}

T_UNUSED static void code_ready(void *at, size_t size)
{
    __builtin___clear_cache((char *) at, (char *) at + size);
}

T_UNUSED static uint32_t code_call(const void *at, uint32_t x)
{
    return ((code_fn) (uintptr_t) at)(x);
}

#endif
