/* links: src/sys/table.c */
/* The system-call table as data. Every handler is replaced by one that does nothing. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <asm/unistd.h>
#include <string.h>

#include "sys/handlers.h"

#define HANDLER_OWN(fn)                                                                                                \
    int64_t fn(struct thread *t, const uint64_t a[6])                                                                  \
    {                                                                                                                  \
        (void) t, (void) a;                                                                                            \
        return 0;                                                                                                      \
    }
#define HANDLER_PASS(fn)
#define SYSCALL(nr, name, how, flags, ...) HANDLER_##how(sys_##name)
#define DENIED(nr, name, error, reason)
#include "sys/table.def"
#undef SYSCALL
#undef DENIED

static void rows_are_sorted_and_unique(void **state)
{
    (void) state;
    for (unsigned i = 1; i < sys_row_count; i++) {
        if (sys_rows[i].nr <= sys_rows[i - 1].nr)
            fail_msg("%s (%u) follows %s (%u)", sys_rows[i].name, sys_rows[i].nr, sys_rows[i - 1].name,
                     sys_rows[i - 1].nr);
        for (unsigned k = 0; k < i; k++)
            assert_string_not_equal(sys_rows[i].name, sys_rows[k].name);
    }
}

static void every_number_finds_its_row_and_no_other_does(void **state)
{
    unsigned found = 0;

    (void) state;
    for (uint64_t nr = 0; nr < 100000; nr++) {
        const struct sys_row *row = sys_row_of(nr);

        if (!row)
            continue;
        assert_int_equal(row->nr, nr);
        found++;
    }
    assert_int_equal(found, sys_row_count);
    assert_null(sys_row_of(UINT64_MAX));
    assert_null(sys_row_of(0x40000000)); /* x32 */
}

static void no_number_of_the_kernel_headers_is_missing(void **state)
{
    (void) state;
    for (uint64_t nr = 0; nr <= 334; nr++)
        assert_non_null(sys_row_of(nr));
    for (uint64_t nr = 424; nr <= 469; nr++)
        assert_non_null(sys_row_of(nr));
}

static void names_are_those_of_the_kernel_headers(void **state)
{
    static const struct {
        unsigned nr;
        const char *name;
    } known[] = {
#define SYSCALL(number, call, ...) {__NR_##call, #call},
#define DENIED(number, call, ...) {__NR_##call, #call},
/* Newer than the headers of Debian 12. */
#define __NR_uretprobe 335
#define __NR_uprobe 336
#define __NR_cachestat 451
#define __NR_fchmodat2 452
#define __NR_map_shadow_stack 453
#define __NR_futex_wake 454
#define __NR_futex_wait 455
#define __NR_futex_requeue 456
#define __NR_statmount 457
#define __NR_listmount 458
#define __NR_lsm_get_self_attr 459
#define __NR_lsm_set_self_attr 460
#define __NR_lsm_list_modules 461
#define __NR_mseal 462
#define __NR_setxattrat 463
#define __NR_getxattrat 464
#define __NR_listxattrat 465
#define __NR_removexattrat 466
#define __NR_open_tree_attr 467
#define __NR_file_getattr 468
#define __NR_file_setattr 469
#include "sys/table.def"
#undef SYSCALL
#undef DENIED
    };

    (void) state;
    for (unsigned i = 0; i < ARRAY_SIZE(known); i++) {
        assert_non_null(sys_row_of(known[i].nr));
        assert_string_equal(sys_row_of(known[i].nr)->name, known[i].name);
    }
}

static bool counts(unsigned kind)
{
    return kind == K_INT || kind == K_UINT || kind == K_SIZE;
}

static void argument_indices_are_in_range(void **state)
{
    (void) state;
    for (unsigned i = 0; i < sys_row_count; i++) {
        const struct sys_row *row = &sys_rows[i];

        assert_in_range(row->nargs, 0, 6);
        for (unsigned k = 0; k < 6; k++) {
            const struct sys_arg *arg = &row->arg[k];
            unsigned index;

            if (k >= row->nargs) {
                assert_int_equal(arg->kind, K_NONE);
                continue;
            }
            assert_int_not_equal(arg->kind, K_NONE);
            assert_non_null(arg->name);
            switch (arg->kind) {
            case K_INBUF:
            case K_OUTBUF:
                index = SYS_COUNT_INDEX(arg->x);
                if (index >= row->nargs || !counts(row->arg[index].kind) || !SYS_COUNT_SIZE(arg->x))
                    fail_msg("%s: %s is counted by no argument", row->name, arg->name);
                break;
            case K_IOV_IN:
            case K_IOV_OUT:
                if (arg->x >= row->nargs || !counts(row->arg[arg->x].kind))
                    fail_msg("%s: %s is counted by no argument", row->name, arg->name);
                break;
            case K_OUTLEN:
                if (arg->x >= row->nargs || row->arg[arg->x].kind != K_INOUT || row->arg[arg->x].x != 4)
                    fail_msg("%s: %s has no length word", row->name, arg->name);
                break;
            case K_IN:
            case K_OUT:
            case K_INOUT:
                if (!arg->x)
                    fail_msg("%s: %s has no size", row->name, arg->name);
                break;
            case K_DIRFD:
                if (row->nargs > k + 1 && row->arg[k + 1].kind != K_PATH && row->arg[k + 1].kind != K_PATH_NF &&
                    row->nr != __NR_open_by_handle_at)
                    fail_msg("%s: no path after %s", row->name, arg->name);
                break;
            }
        }
    }
}

static void every_row_is_served_somehow(void **state)
{
    (void) state;
    for (unsigned i = 0; i < sys_row_count; i++) {
        const struct sys_row *row = &sys_rows[i];

        if (row->flags & S_DENIED) {
            assert_null(row->fn);
            assert_in_range(row->error, 1, 133);
            assert_true(row->note && strlen(row->note) > 8);
            continue;
        }
        /* An address that only a handler understands needs one. */
        for (unsigned k = 0; k < row->nargs && !row->fn; k++)
            if (row->arg[k].kind == K_ADDR)
                fail_msg("%s: %s needs a handler", row->name, row->arg[k].name);
    }
}

static void calls_that_block_say_how_they_restart(void **state)
{
    (void) state;
    for (unsigned i = 0; i < sys_row_count; i++) {
        unsigned f = sys_rows[i].flags;

        if (f & (S_RESTART | S_NOHAND))
            assert_true(f & S_BLOCK);
        assert_int_not_equal(f & (S_RESTART | S_NOHAND), S_RESTART | S_NOHAND);
        /* A blocking call must not hold the descriptor lock. */
        assert_int_not_equal(f & (S_BLOCK | S_FDLOCK), S_BLOCK | S_FDLOCK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_sorted_and_unique),
        cmocka_unit_test(every_number_finds_its_row_and_no_other_does),
        cmocka_unit_test(no_number_of_the_kernel_headers_is_missing),
        cmocka_unit_test(names_are_those_of_the_kernel_headers),
        cmocka_unit_test(argument_indices_are_in_range),
        cmocka_unit_test(every_row_is_served_somehow),
        cmocka_unit_test(calls_that_block_say_how_they_restart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
