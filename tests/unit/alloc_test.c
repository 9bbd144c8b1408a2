/* links: src/base/lock.c src/base/procfs.c src/base/fds.c */
/* The heap at every instruction: a fork by another thread copies it as it is then, and a process that shares it may be killed there. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>

#include "base/alloc.h"
#include "base/lock.h"
#include "base/place.h"
#include "base/raw.h"

/* The heap itself, beside the sanitizer's. */
#undef __SANITIZE_ADDRESS__
#undef __SANITIZE_THREAD__
#define malloc heap_malloc
#define free heap_free
#define calloc heap_calloc
#define realloc heap_realloc
#define aligned_alloc heap_aligned_alloc
void *heap_malloc(size_t n);
void heap_free(void *p);
void *heap_calloc(size_t n, size_t each);
void *heap_realloc(void *p, size_t n);
void *heap_aligned_alloc(size_t align, size_t n);
#include "../../src/base/alloc.c"

void bug(const char *file, int line, const char *what)
{
    fail_msg("%s:%d: %s", file, line, what);
    abort();
}

enum { REFILLS = 8 };
static uint8_t pool[REFILLS][2 * REFILL]; /* of each the first half */
static unsigned refills;

/* Downwards, as the kernel places it. */
void *place_near(uint64_t size, int flags)
{
    (void) flags;
    return size == REFILL && refills < REFILLS ? pool[REFILLS - ++refills] : NULL;
}

static volatile unsigned long steps, wrong;

/* Whatever it is that is left, all of it lies in one piece of memory. */
static void step(int sig)
{
    (void) sig;
    const uintptr_t at = (uintptr_t) fresh;
    const uint64_t left = fresh_left;
    bool whole = left == 0;
    for (unsigned i = 0; i < REFILLS && !whole; i++)
        whole = at >= (uintptr_t) pool[i] && left <= REFILL && at - (uintptr_t) pool[i] <= REFILL - left;
    steps++;
    wrong += !whole;
}

static void what_is_left_is_there_at_every_instruction(void **state)
{
    (void) state;
    const struct sigaction sa = {.sa_handler = step};
    assert_int_equal(sigaction(SIGTRAP, &sa, NULL), 0);
    static void *p[64];
    unsigned n = 0;
    __asm__ volatile("pushfq; orq $0x100, (%%rsp); popfq" ::: "memory", "cc");
    for (; n < 64 && refills < 4; n++)
        p[n] = heap_malloc(20000);
    __asm__ volatile("pushfq; andq $~0x100, (%%rsp); popfq" ::: "memory", "cc");
    assert_int_equal(signal(SIGTRAP, SIG_DFL) == SIG_ERR, 0);
    assert_true(steps > 100 && refills == 4);
    assert_int_equal(wrong, 0);
    for (unsigned i = 0; i < n; i++) {
        assert_non_null(p[i]);
        memset(p[i], (int) i, 20000);
    }
    for (unsigned i = 0; i < n; i++) {
        assert_int_equal(*(uint8_t *) p[i], i);
        heap_free(p[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_left_is_there_at_every_instruction)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
