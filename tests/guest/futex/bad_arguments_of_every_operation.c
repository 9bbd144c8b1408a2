/* covers: futex */
#include "threads.h"

int main(void)
{
    static uint32_t word;
    static struct timespec zero, bad = {0, 1000000000}, neg = {-1, 0};
    for (int op = 0; op < 16; op++) {
        char name[64];
        bool waits = op == 0 || op == 6 || op == 9 || op == 11 || op == 13;
        struct timespec *to = waits ? &zero : NULL;
        for (int f = 0; f < 4; f++) {
            int o = op | (f & 1 ? FUTEX_PRIVATE_FLAG : 0) | (f & 2 ? FUTEX_CLOCK_REALTIME : 0);
            word = waits && op != 0 && op != 9 ? (uint32_t) raw(gettid) : 0;
            snprintf(name, sizeof name, "op %d flags %d", op, f);
            show(name, futex(&word, o, 0, to, &word, 0));
            word = 1;
            snprintf(name, sizeof name, "op %d flags %d, not aligned", op, f);
            show(name, futex((char *) &word + 1, o, 0, to, &word, ~0u));
            snprintf(name, sizeof name, "op %d flags %d, not there", op, f);
            show(name, futex(BAD_PTR, o, 0, to, &word, ~0u));
            snprintf(name, sizeof name, "op %d flags %d, beyond", op, f);
            show(name, futex(BAD_KERNEL, o, 0, to, &word, ~0u));
            snprintf(name, sizeof name, "op %d flags %d, nowhere", op, f);
            show(name, futex(NULL, o, 0, to, &word, ~0u));
            if (waits) {
                snprintf(name, sizeof name, "op %d flags %d, bad time", op, f);
                show(name, futex(&word, o, 0, &bad, &word, ~0u));
                show(name, futex(&word, o, 0, &neg, &word, ~0u));
                show(name, futex(&word, o, 0, BAD_PTR, &word, ~0u));
            }
        }
    }
    return t_end();
}
