/* links: src/mem/region.c src/base/lock.c src/base/procfs.c src/base/fds.c */
/* The region tree against a sorted array and a bitmap of pages that know no better way. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "mem/region.h"

#define PAGES 8192u /* the part of the address space that is played in, from BASE */
#define BASE (1ull << 32)
#define MOST 400u
#define GUARD 256u /* pages below a growing stack */

void bug(const char *file, int line, const char *what)
{
    fail_msg("%s:%d: %s", file, line, what);
    abort();
}

static uint64_t seed;

static uint64_t below(uint64_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed % n;
}

static struct space *space_new(void)
{
    struct space *sp = calloc(1, sizeof *sp);
    assert_non_null(sp);
    RB_INIT(&sp->tree);
    sp->max_regions = 70000;
    return sp;
}

static void space_free(struct space *sp)
{
    for (struct region *r; (r = region_from(sp, 0));)
        region_remove(sp, r);
    for (struct region *r; (r = sp->spare);) {
        sp->spare = r->node.rbe_left;
        free(r);
    }
    free(sp);
}

static uint64_t va(uint64_t page)
{
    return BASE + page * PAGE_SIZE;
}

/* ---- the model ---- */

struct model {
    struct region r[MOST];
    unsigned n;
};

static unsigned model_place(const struct model *m, uint64_t start)
{
    unsigned i = 0;
    while (i < m->n && m->r[i].end <= start)
        i++;
    return i; /* the first that ends above */
}

static void model_insert(struct model *m, const struct region *like, uint64_t start, uint64_t end)
{
    unsigned i = model_place(m, start);
    memmove(&m->r[i + 1], &m->r[i], (m->n - i) * sizeof m->r[0]);
    m->r[i] = *like;
    m->r[i].start = start;
    m->r[i].end = end;
    m->n++;
}

static void model_remove(struct model *m, unsigned i)
{
    memmove(&m->r[i], &m->r[i + 1], (m->n - i - 1) * sizeof m->r[0]);
    m->n--;
}

static bool model_free(const struct model *m, uint64_t start, uint64_t end)
{
    unsigned i = model_place(m, start);
    return i == m->n || m->r[i].start >= end;
}

static void model_split(struct model *m, uint64_t at)
{
    unsigned i = model_place(m, at);
    if (i == m->n || m->r[i].start >= at)
        return;
    struct region upper = m->r[i];
    m->r[i].end = at;
    model_insert(m, &upper, at, upper.end);
}

static bool alike(const struct region *a, const struct region *b)
{
    return a->prot == b->prot && a->flags == b->flags && a->origin == b->origin && a->name == b->name;
}

static void model_merge(struct model *m, uint64_t start, uint64_t end)
{
    for (unsigned i = 0; i + 1 < m->n;) {
        struct region *a = &m->r[i], *b = &m->r[i + 1];
        if (a->end == b->start && alike(a, b) && a->end >= start && a->start <= end) {
            a->end = b->end;
            model_remove(m, i + 1);
        } else {
            i++;
        }
    }
}

/* The highest place, page by page. */
static uint64_t model_gap(const struct model *m, uint64_t size, uint64_t low, uint64_t high, uint64_t align)
{
    static bool taken[PAGES];
    memset(taken, 0, sizeof taken);
    for (unsigned i = 0; i < m->n; i++) {
        uint64_t from = (m->r[i].start - BASE) / PAGE_SIZE, to = (m->r[i].end - BASE) / PAGE_SIZE;
        if (m->r[i].flags & RG_GROWSDOWN) { /* no farther down than the next region */
            uint64_t floor = i ? (m->r[i - 1].end - BASE) / PAGE_SIZE : 0;
            from = MAX(from > GUARD ? from - GUARD : 0, floor);
        }
        for (uint64_t p = from; p < to; p++)
            taken[p] = true;
    }
    if (high < low + size)
        return 0;
    for (uint64_t at = (high - size) & ~(align - 1); at >= low; at -= align) {
        uint64_t p = (at - BASE) / PAGE_SIZE, end = p + size / PAGE_SIZE;
        while (p < end && !taken[p])
            p++;
        if (p == end)
            return at;
    }
    return 0;
}

static uint64_t gap_below(const struct model *m, unsigned i)
{
    uint64_t below_end = i ? m->r[i - 1].end : 0, at = m->r[i].start;
    if (m->r[i].flags & RG_GROWSDOWN)
        at -= GUARD * PAGE_SIZE;
    return at > below_end ? at - below_end : 0;
}

static uint64_t check_subtree(const struct region *r)
{
    if (!r)
        return 0;
    uint64_t left = check_subtree(r->node.rbe_left), right = check_subtree(r->node.rbe_right), most = MAX(left, right);
    assert_int_equal(r->max_gap, MAX(r->gap, most));
    return r->max_gap;
}

static void check(struct space *sp, const struct model *m)
{
    uint64_t total = 0, data = 0, stack = 0, exec = 0, locked = 0;
    struct region *r = region_from(sp, 0);
    for (unsigned i = 0; i < m->n; i++) {
        const struct region *w = &m->r[i];
        uint64_t bytes = w->end - w->start;
        assert_non_null(r);
        assert_int_equal(r->start, w->start);
        assert_int_equal(r->end, w->end);
        assert_true(alike(r, w));
        assert_int_equal(r->gap, gap_below(m, i));
        total += bytes;
        data += (w->prot & PROT_WRITE) && !(w->flags & (RG_SHARED | RG_GROWSDOWN)) ? bytes : 0;
        stack += w->flags & RG_GROWSDOWN ? bytes : 0;
        exec += w->prot & PROT_EXEC ? bytes : 0;
        locked += w->flags & RG_LOCKED ? bytes : 0;
        struct region *n = region_next(r);
        if (n)
            assert_ptr_equal(region_prev(n), r);
        r = n;
    }
    assert_null(r);
    assert_int_equal(sp->regions, m->n);
    assert_int_equal(sp->total, total);
    assert_int_equal(sp->data, data);
    assert_int_equal(sp->stack, stack);
    assert_int_equal(sp->exec, exec);
    assert_int_equal(sp->locked, locked);
    assert_true(sp->peak >= total);
    check_subtree(RB_ROOT(&sp->tree));
}

/* ---- cases ---- */

static struct region random_like(void)
{
    static const uint8_t flags[] = {RG_ANON, RG_ANON, RG_SHARED, RG_ANON | RG_LOCKED, RG_ANON | RG_GROWSDOWN};
    struct region like = {
        .prot = (uint8_t) below(8), .flags = flags[below(ARRAY_SIZE(flags))], .name = (uint8_t) below(2)};
    like.origin = like.flags & RG_SHARED ? (uint32_t) below(3) + ORIGIN_FIRST : ORIGIN_ANON;
    return like;
}

static void step(struct space *sp, struct model *m)
{
    uint64_t page = below(PAGES - 64), n = below(4) ? 1 + below(8) : 1 + below(64);
    unsigned i = m->n ? (unsigned) below(m->n) : 0;
    switch (below(10)) {
    case 0:
    case 1:
    case 2:
    case 3: { /* beside a neighbour half of the time, so that merging has something to do */
        struct region like = m->n && below(2) ? m->r[i] : random_like();
        uint64_t start = m->n && below(2) ? m->r[i].end : va(page), end = start + n * PAGE_SIZE;
        if (end > va(PAGES) || m->n + 2 > MOST || !model_free(m, start, end))
            break;
        assert_true(region_range_free(sp, start, end));
        struct region *r = region_insert(sp, &like, start, end);
        assert_non_null(r);
        assert_true(region_at(sp, start) == r && region_at(sp, end - 1) == r);
        model_insert(m, &like, start, end);
        break;
    }
    case 4:
    case 5:
        if (m->n) {
            region_remove(sp, region_at(sp, m->r[i].start));
            model_remove(m, i);
        }
        break;
    case 6:
        if (m->n && m->n + 1 < MOST) {
            uint64_t at = m->r[i].start + below((m->r[i].end - m->r[i].start) / PAGE_SIZE + 1) * PAGE_SIZE;
            assert_int_equal(region_split(sp, at), 0);
            model_split(m, at);
        }
        break;
    case 7: {
        uint64_t end = va(page + n);
        region_merge(sp, va(page), end);
        model_merge(m, va(page), end);
        break;
    }
    case 8: /* a stack grows down, or shrinks */
        if (m->n && (m->r[i].flags & RG_GROWSDOWN)) {
            uint64_t floor = i ? m->r[i - 1].end : va(GUARD),
                     start = floor + below((m->r[i].end - floor) / PAGE_SIZE) * PAGE_SIZE;
            if (start >= m->r[i].end || start < va(GUARD))
                break;
            region_move_start(sp, region_at(sp, m->r[i].start), start);
            m->r[i].start = start;
        }
        break;
    default: {
        uint64_t low = va(below(PAGES / 2)), high = va(PAGES / 2 + below(PAGES / 2));
        uint64_t align = below(3) ? PAGE_SIZE : PAGE_SIZE << below(10);
        assert_int_equal(region_find_gap(sp, n * PAGE_SIZE, low, high, align),
                         model_gap(m, n * PAGE_SIZE, low, high, align));
        break;
    }
    }
    struct region *r = region_from(sp, va(page));
    i = model_place(m, va(page));
    assert_true(i == m->n ? !r : r && r->start == m->r[i].start);
    assert_int_equal(region_range_free(sp, va(page), va(page + n)), model_free(m, va(page), va(page + n)));
}

static void the_tree_agrees_with_an_array(void **state)
{
    (void) state;
    for (uint64_t run = 1; run <= 6; run++) {
        struct space *sp = space_new();
        static struct model m;
        m.n = 0;
        seed = run * 0x9e3779b97f4a7c15ull;
        for (int i = 0; i < 4000; i++) {
            step(sp, &m);
            if (i % 8 == 0)
                check(sp, &m);
        }
        check(sp, &m);
        assert_true(m.n > 20);
        space_free(sp);
    }
}

/* Whoever changes the tree may die at any store: links, gaps and sums are nothing to go by then, and of a split or a join both halves are there. */
static void a_tree_in_ruins_is_built_anew(void **state)
{
    (void) state;
    struct space *sp = space_new();
    static struct model m;
    m.n = 0;
    seed = 77;
    for (int i = 0; i < 400; i++) {
        for (int k = 0; k < 20; k++)
            step(sp, &m);
        for (struct region *r = sp->nodes; r; r = r->other) {
            memset(&r->node, (int) below(256), sizeof r->node);
            r->gap = below(1 << 30), r->max_gap = below(1 << 30);
        }
        memset(&sp->tree, 1, sizeof sp->tree);
        sp->spare = (void *) 1;
        sp->regions = 9;
        sp->total = sp->data = sp->stack = sp->exec = sp->locked = below(1 << 30);
        region_rebuild(sp);
        sp->peak = MAX(sp->peak, sp->total);
        check(sp, &m);
        unsigned at = m.n ? (unsigned) below(m.n) : 0;
        if (m.n == 0 || m.n + 1 >= MOST || m.r[at].end - m.r[at].start < 2 * PAGE_SIZE)
            continue;
        /* Half way through a split: the upper part is there, the lower one still has all of it. */
        uint64_t middle = m.r[at].start + PAGE_SIZE, end = m.r[at].end;
        assert_int_equal(region_split(sp, middle), 0);
        region_at(sp, m.r[at].start)->end = end;
        model_split(&m, middle);
        region_rebuild(sp);
        check(sp, &m);
    }
    assert_true(m.n > 20);
    space_free(sp);
}

static void a_gap_is_the_highest_that_fits(void **state)
{
    (void) state;
    struct space *sp = space_new();
    const struct region like = {.prot = PROT_READ, .flags = RG_ANON};
    const struct region stack = {.prot = PROT_READ, .flags = RG_ANON | RG_GROWSDOWN};
    assert_int_equal(region_find_gap(sp, PAGE_SIZE, va(0), va(10), PAGE_SIZE), va(9));
    assert_non_null(region_insert(sp, &like, va(1000), va(1010)));
    assert_non_null(region_insert(sp, &stack, va(2000), va(2010)));
    assert_int_equal(region_find_gap(sp, PAGE_SIZE, va(0), va(2010), PAGE_SIZE), va(2000 - GUARD - 1));
    assert_int_equal(region_find_gap(sp, PAGE_SIZE, va(0), va(2011), PAGE_SIZE), va(2010));
    assert_int_equal(region_find_gap(sp, (990 - GUARD) * PAGE_SIZE, va(0), va(2010), PAGE_SIZE), va(1010));
    assert_int_equal(region_find_gap(sp, (991 - GUARD) * PAGE_SIZE, va(0), va(2010), PAGE_SIZE),
                     va(1000 - (991 - GUARD)));
    assert_int_equal(region_find_gap(sp, 1001 * PAGE_SIZE, va(0), va(2010), PAGE_SIZE), 0);
    assert_int_equal(region_find_gap(sp, PAGE_SIZE, va(1000), va(1010), PAGE_SIZE), 0);
    assert_int_equal(region_find_gap(sp, PAGE_SIZE, va(0), va(1000), 64 * PAGE_SIZE), va(960));
    space_free(sp);
}

static void as_many_regions_as_are_allowed(void **state)
{
    (void) state;
    struct space *sp = space_new();
    const struct region like = {.prot = PROT_READ, .flags = RG_ANON};
    uint64_t n = 0;
    while (region_insert(sp, &like, va(4 * n), va(4 * n + 2)))
        n++;
    assert_int_equal(n, 70000);
    assert_int_equal(sp->total, n * 2 * PAGE_SIZE);
    /* A split that has no room leaves everything as it was. */
    assert_int_equal(region_split(sp, va(1)), -ENOMEM);
    assert_int_equal(region_at(sp, va(0))->end, va(2));
    assert_int_equal(sp->total, n * 2 * PAGE_SIZE);
    region_remove(sp, region_at(sp, va(400)));
    assert_int_equal(region_split(sp, va(1)), 0);
    assert_int_equal(region_at(sp, va(1))->start, va(1));
    region_merge(sp, va(0), va(2));
    assert_int_equal(region_at(sp, va(0))->end, va(2));
    space_free(sp);
}

static void only_pieces_of_one_mapping_merge(void **state)
{
    (void) state;
    struct space *sp = space_new();
    struct region a = {.prot = PROT_READ, .flags = RG_SHARED, .origin = ORIGIN_FIRST}, b = a;
    b.origin++;
    region_insert(sp, &a, va(0), va(2));
    region_insert(sp, &b, va(2), va(4));
    region_merge(sp, va(0), va(4));
    assert_int_equal(sp->regions, 2);
    region_split(sp, va(1));
    region_split(sp, va(3));
    assert_int_equal(sp->regions, 4);
    region_merge(sp, va(0), va(4));
    assert_int_equal(sp->regions, 2);
    space_free(sp);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tree_in_ruins_is_built_anew),    cmocka_unit_test(a_gap_is_the_highest_that_fits),
        cmocka_unit_test(only_pieces_of_one_mapping_merge), cmocka_unit_test(as_many_regions_as_are_allowed),
        cmocka_unit_test(the_tree_agrees_with_an_array),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
