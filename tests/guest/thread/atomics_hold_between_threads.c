/* covers: futex */
/* cflags: -mcx16 */
#include "threads.h"

static struct {
    _Alignas(64) uint64_t add, bits;
    _Alignas(64) unsigned __int128 wide;
} s;

static void *work(void *arg)
{
    uint64_t me = (uint64_t) (uintptr_t) arg;
    for (int i = 0; i < 3000; i++) {
        __asm__ volatile("lock addq $3, %0" : "+m"(s.add) : : "memory", "cc");
        __asm__ volatile("lock btcq %1, %0" : "+m"(s.bits) : "r"(me) : "memory", "cc");
        /* a 128-bit value whose halves must always be equal */
        uint64_t lo = (uint64_t) s.wide, hi = lo, ok;
        do {
            uint64_t nlo = lo + 1, nhi = lo + 1;
            __asm__ volatile("lock cmpxchg16b %0; setz %b3"
                             : "+m"(s.wide), "+a"(lo), "+d"(hi), "=&q"(ok)
                             : "b"(nlo), "c"(nhi)
                             : "memory", "cc");
        } while (!(ok & 1));
    }
    return NULL;
}

int main(void)
{
    pthread_t th[4];
    for (int i = 0; i < 4; i++)
        th[i] = thread_start(work, (void *) (uintptr_t) i);
    for (int i = 0; i < 4; i++)
        thread_join(th[i]);
    printf("%lu %lx %lu %lu\n", (unsigned long) s.add, (unsigned long) s.bits, (unsigned long) s.wide,
           (unsigned long) (s.wide >> 64));
    return t_end();
}
