/* Raw host system calls: result or negative errno, as the kernel returns them; errno is never touched.
 * host() blocks without letting signals in; task/signal.h has the interruptible form. */
#ifndef BASE_RAW_H
#define BASE_RAW_H

#include <stdint.h>
#include <sys/syscall.h>

#ifdef __clang_analyzer__
/* It does not see that the kernel writes through arguments; of a function that it does not know it assumes so. */
long raw6(long nr, long a, long b, long c, long d, long e, long f);
#else
static inline long raw6(long nr, long a, long b, long c, long d, long e, long f)
{
    long ret;
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    __asm__ volatile("syscall"
                     : "=a"(ret)
                     : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return ret;
}
#endif

#define RAW_PICK(_0, _1, _2, _3, _4, _5, _6, n, ...) n
#define RAW_ARG(a) ((long) (a))
#define host0(nr) raw6(nr, 0, 0, 0, 0, 0, 0)
#define host1(nr, a) raw6(nr, RAW_ARG(a), 0, 0, 0, 0, 0)
#define host2(nr, a, b) raw6(nr, RAW_ARG(a), RAW_ARG(b), 0, 0, 0, 0)
#define host3(nr, a, b, c) raw6(nr, RAW_ARG(a), RAW_ARG(b), RAW_ARG(c), 0, 0, 0)
#define host4(nr, a, b, c, d) raw6(nr, RAW_ARG(a), RAW_ARG(b), RAW_ARG(c), RAW_ARG(d), 0, 0)
#define host5(nr, a, b, c, d, e) raw6(nr, RAW_ARG(a), RAW_ARG(b), RAW_ARG(c), RAW_ARG(d), RAW_ARG(e), 0)
#define host6(nr, a, b, c, d, e, f) raw6(nr, RAW_ARG(a), RAW_ARG(b), RAW_ARG(c), RAW_ARG(d), RAW_ARG(e), RAW_ARG(f))
/* host(SYS_x, args...): any number of arguments up to six. */
#define host(...) RAW_PICK(__VA_ARGS__, host6, host5, host4, host3, host2, host1, host0)(__VA_ARGS__)

#endif
