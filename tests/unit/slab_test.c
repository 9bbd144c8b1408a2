/* links: src/mem/slab.c */
/* Guest-physical memory is handed out once, never where the machine needs room, and registered exactly once. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "mem/slab.h"

#define INITIAL 16u
#define BLOCK 512u
#define HOLE (MACHINE_HOLE_START >> CHUNK_SHIFT)
#define HOLE_END (MACHINE_HOLE_END >> CHUNK_SHIFT)

static struct {
    uint64_t first, end; /* chunks */
} slots[1200];
static unsigned nslots, fail_after;
static uint8_t *base;

int machine_back(struct machine *m, gpa_t gpa, void *hva, uint64_t size, bool readonly)
{
    assert_null(m);
    assert_false(readonly);
    assert_int_equal(gpa.v % CHUNK_SIZE, 0);
    assert_int_equal(size % CHUNK_SIZE, 0);
    assert_ptr_equal(hva, base + gpa.v);
    if (nslots == fail_after)
        return -ENOMEM;
    slots[nslots].first = gpa.v >> CHUNK_SHIFT;
    slots[nslots++].end = (gpa.v + size) >> CHUNK_SHIFT;
    return 0;
}

static uint64_t excluded; /* one chunk from here on */

uint64_t machine_excluded(const struct machine *m, uint64_t start, uint64_t end)
{
    assert_null(m);
    return start < excluded + CHUNK_SIZE && end > excluded ? excluded : 0;
}

static struct slab start(uint64_t bytes)
{
    struct slab s;
    assert_int_equal(slab_init(&s, 0, bytes), 0);
    base = s.base;
    nslots = 0;
    fail_after = ARRAY_SIZE(slots);
    return s;
}

static void stop(struct slab *s)
{
    munmap(s->base, (uint64_t) s->limit << CHUNK_SHIFT);
    free(s->far);
}

static unsigned covers(uint64_t chunk)
{
    unsigned n = chunk < INITIAL;
    for (unsigned i = 0; i < nslots; i++)
        n += slots[i].first <= chunk && chunk < slots[i].end;
    return n;
}

static void slots_double_and_then_come_by_the_gigabyte(void **state)
{
    (void) state;
    struct slab s = start(8ull << 30);
    assert_int_equal(s.limit, 4096);
    for (uint32_t c; (c = slab_take(&s, 1));)
        assert_int_equal(slab_back(&s, NULL, c, 1), 0);
    uint64_t at = INITIAL;
    for (unsigned i = 0; i < nslots; i++) {
        uint64_t size = slots[i].end - slots[i].first;
        assert_int_equal(slots[i].first, at == HOLE ? HOLE_END : at);
        at = slots[i].end;
        if (slots[i].end <= BLOCK)
            assert_int_equal(size, slots[i].first);
        else
            assert_int_equal(size, slots[i].first == 3 * BLOCK ? HOLE - 3 * BLOCK : BLOCK);
    }
    assert_int_equal(at, s.limit);
    assert_int_equal(nslots, 5 + 7);
    stop(&s);
}

static void every_chunk_is_given_once_and_backed_once(void **state)
{
    (void) state;
    struct slab s = start(64ull << 30);
    uint8_t *given = calloc(s.limit, 1);
    uint64_t seed = 12345;
    uint32_t first;
    for (;;) {
        seed = seed * 6364136223846793005ull + 1442695040888963407ull;
        uint32_t n = 1 + (uint32_t) (seed >> 33) % ((seed >> 60) ? 40 : 900);
        if (!(first = slab_take(&s, n)))
            break;
        assert_true(first + n <= s.limit);
        for (uint32_t c = first; c < first + n; c++) {
            assert_false(given[c] || !c || (c >= HOLE && c < HOLE_END));
            given[c] = 1;
        }
        if (seed >> 62) { /* some are never touched by the guest */
            assert_int_equal(slab_back(&s, NULL, first, n), 0);
            for (uint32_t c = first; c < first + n; c++)
                assert_int_equal(covers(c), 1);
        }
    }
    for (uint32_t c = 0; c < s.limit; c++)
        assert_true(covers(c) <= 1);
    for (uint64_t c = HOLE; c < HOLE_END; c++)
        assert_int_equal(covers(c), 0);
    free(given);
    stop(&s);
}

/* In place chunk c is c + 1, at its own address, reserved without rights below what the machine has reserved. */
static void in_place_a_chunk_is_where_it_is(void **state)
{
    (void) state;
    const uint64_t c = 0x1000000, at = c << CHUNK_SHIFT;
    struct slab s = {0};
    slab_init_in_place(&s);
    excluded = at + 8 * CHUNK_SIZE;
    assert_int_equal(slab_claim(&s, NULL, c, 3), c + 1);
    assert_ptr_equal(slab_hva(&s, (uint32_t) c + 1), (void *) at);
    assert_int_equal(msync((void *) at, 3 * CHUNK_SIZE, MS_ASYNC), 0);
    assert_int_equal(msync((void *) (at + 3 * CHUNK_SIZE), CHUNK_SIZE, MS_ASYNC), -1);
    assert_int_equal(slab_claim(&s, NULL, c + 7, 3), 0); /* the supervisor's place */
    assert_int_equal(slab_claim(&s, NULL, 0x7ea000000000 >> CHUNK_SHIFT, 1), (0x7ea000000000 >> CHUNK_SHIFT) + 1);
    munmap((void *) at, 3 * CHUNK_SIZE);
}

static void what_is_far_is_backed_alone(void **state)
{
    (void) state;
    struct slab s = start(64ull << 30);
    uint32_t far = slab_take(&s, 20 * BLOCK) + 20 * BLOCK - 1;
    assert_int_equal(slab_back(&s, NULL, far, 1), 0);
    assert_int_equal(covers(far), 1);
    for (uint32_t b = 1; b < far / BLOCK; b++)
        assert_int_equal(covers(b * BLOCK), 0);
    stop(&s);
}

static void a_refused_slot_can_be_asked_for_again(void **state)
{
    (void) state;
    struct slab s = start(8ull << 30);
    uint32_t first = slab_take(&s, 3 * BLOCK);
    for (fail_after = 0; slab_back(&s, NULL, first, 3 * BLOCK) != 0; fail_after++)
        assert_int_equal(nslots, fail_after);
    for (uint32_t c = first; c < first + 3 * BLOCK; c++)
        assert_int_equal(covers(c), 1);
    stop(&s);
}

static void no_more_is_given_than_there_is(void **state)
{
    (void) state;
    struct slab s = start(1ull << 30);
    assert_int_equal(s.limit, BLOCK);
    assert_int_equal(slab_take(&s, BLOCK), 0);
    assert_int_equal(slab_take(&s, 0xffffffff), 0);
    assert_int_equal(slab_take(&s, BLOCK - 2), 1);
    assert_int_equal(slab_take(&s, 2), 0);
    assert_int_equal(slab_take(&s, 1), BLOCK - 1);
    assert_int_equal(slab_take(&s, 1), 0);
    stop(&s);
    /* A run that would reach into the hole starts behind it. */
    s = start(8ull << 30);
    assert_int_equal(slab_take(&s, (uint32_t) HOLE - 2), 1);
    assert_int_equal(slab_take(&s, 2), HOLE_END);
    assert_int_equal(slab_take(&s, 1), HOLE_END + 2);
    stop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slots_double_and_then_come_by_the_gigabyte),
        cmocka_unit_test(every_chunk_is_given_once_and_backed_once),
        cmocka_unit_test(what_is_far_is_backed_alone),
        cmocka_unit_test(in_place_a_chunk_is_where_it_is),
        cmocka_unit_test(a_refused_slot_can_be_asked_for_again),
        cmocka_unit_test(no_more_is_given_than_there_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
