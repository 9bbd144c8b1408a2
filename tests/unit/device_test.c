/* links: src/fs/device.c src/base/lines.c src/base/procfs.c src/base/fds.c src/base/lock.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include <sys/sysmacros.h>

#include "fs/device.h"

_Noreturn void bug(const char *file, int line, const char *what)
{
    fail_msg("%s:%d: %s", file, line, what);
    abort();
}

static const char text[] = "Character devices:\n"
                           "  1 mem\n"
                           "  4 tty\n"
                           "  4 ttyS\n"
                           " 21 sg\n"
                           "231 infiniband_mad\n"
                           "231 infiniband_verbs\n"
                           "511 sgx\n"
                           "\n"
                           "Block devices:\n"
                           "  8 sd\n"
                           "  9 sg\n";

static char file[] = "/tmp/device_test.XXXXXX";

static int make_file(void **state)
{
    (void) state;
    int fd = mkstemp(file);
    ssize_t n = write(fd, text, sizeof text - 1);
    close(fd);
    return n == sizeof text - 1 ? 0 : -1;
}

static int remove_file(void **state)
{
    (void) state;
    return unlink(file);
}

static bool named(unsigned number, const char *name)
{
    return device_is_named(file, number, (const char *const[]){"other", name, NULL});
}

static void a_line_with_number_and_name_is_found(void **state)
{
    (void) state;
    assert_true(named(1, "mem"));
    assert_true(named(4, "ttyS"));
    assert_true(named(21, "sg"));
    assert_true(named(231, "infiniband_verbs"));
}

static void a_part_of_either_is_not_enough(void **state)
{
    (void) state;
    assert_false(named(2, "sg"));
    assert_false(named(231, "infiniband"));
    assert_false(named(511, "sg"));
    assert_false(named(21, "other one"));
}

static void block_devices_do_not_count(void **state)
{
    (void) state;
    assert_false(named(8, "sd"));
    assert_false(named(9, "sg"));
}

static void what_cannot_be_told_is_refused(void **state)
{
    (void) state;
    assert_true(device_is_named("/proc/no such file", 1, (const char *const[]){NULL}));
}

static bool refused(unsigned kind, unsigned major, unsigned minor)
{
    return device_is_refused(&(struct stat){.st_mode = kind | 0600, .st_rdev = makedev(major, minor)});
}

static void common_devices_are_not_refused(void **state)
{
    (void) state;
    assert_false(refused(S_IFCHR, 1, 3));
    assert_false(refused(S_IFCHR, 5, 0));
    assert_false(refused(S_IFCHR, 10, 229)); /* fuse */
    assert_false(refused(S_IFCHR, 136, 3));
    assert_false(refused(S_IFBLK, 21, 0));
    assert_false(refused(S_IFREG, 0, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_with_number_and_name_is_found), cmocka_unit_test(a_part_of_either_is_not_enough),
        cmocka_unit_test(block_devices_do_not_count),           cmocka_unit_test(what_cannot_be_told_is_refused),
        cmocka_unit_test(common_devices_are_not_refused),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
