/* covers: futex futex_waitv */
#include <linux/futex.h>

#include "interrupt.h"

static uint32_t *word, *held, *other;
static struct timespec hour = {3600, 0}, tomorrow;
static struct {
    uint64_t val, uaddr;
    uint32_t flags, reserved;
} waiter;

static long fut(uint32_t *w, int op, uint32_t val, void *to, uint32_t *w2, uint32_t val3)
{
    return raw(futex, w, op, val, to, w2, val3);
}

static long c_waitv(void)
{
    waiter.uaddr = (uintptr_t) word;
    waiter.flags = 2; /* FUTEX_32 */
    return raw(futex_waitv, &waiter, 1, 0, NULL, 0);
}

SLEEPER(c_wait, fut(word, FUTEX_WAIT, 0, NULL, NULL, 0))
SLEEPER(c_wait_private, fut(word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0))
SLEEPER(c_wait_timed, fut(word, FUTEX_WAIT, 0, &hour, NULL, 0))
SLEEPER(c_bitset, fut(word, FUTEX_WAIT_BITSET, 0, NULL, NULL, 1))
SLEEPER(c_bitset_timed, fut(word, FUTEX_WAIT_BITSET, 0, &tomorrow, NULL, 1))
SLEEPER(c_lock_pi, fut(held, FUTEX_LOCK_PI, 0, NULL, NULL, 0))
SLEEPER(c_lock_pi_timed, fut(held, FUTEX_LOCK_PI, 0, &tomorrow, NULL, 0))
SLEEPER(c_lock_pi2, fut(held, 13, 0, NULL, NULL, 0))
SLEEPER(c_requeue_pi, fut(word, FUTEX_WAIT_REQUEUE_PI, 0, NULL, other, 0))

static const struct sleeper calls[] = {
    {"WAIT", c_wait},
    {"WAIT, private", c_wait_private},
    {"WAIT, timed", c_wait_timed},
    {"WAIT_BITSET", c_bitset},
    {"WAIT_BITSET, timed", c_bitset_timed},
    {"LOCK_PI", c_lock_pi},
    {"LOCK_PI, timed", c_lock_pi_timed},
    {"LOCK_PI2", c_lock_pi2},
    {"WAIT_REQUEUE_PI", c_requeue_pi},
    {"waitv", c_waitv},
};

int main(void)
{
    word = shared_mem(T_PAGE);
    held = word + 16;
    other = word + 32;
    clock_gettime(CLOCK_REALTIME, &tomorrow);
    tomorrow.tv_sec += 2 * 365 * 86400ll;
    MUST(fut(held, FUTEX_LOCK_PI, 0, NULL, NULL, 0) == 0);
    interrupt_all(calls, ARRAY_SIZE(calls));
    return t_end();
}
