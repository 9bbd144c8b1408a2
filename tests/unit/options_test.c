/* links: src/options.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "options.h"

#define ARGV(...)                                                                                                      \
    (char *[])                                                                                                         \
    {                                                                                                                  \
        "elfuse", __VA_ARGS__, NULL                                                                                    \
    }

static char err[512];

static enum options_result parse(char **argv, struct options *o)
{
    int argc = 0;
    while (argv[argc])
        argc++;
    err[0] = 0;
    enum options_result r = options_parse(argc, argv, o, err, sizeof err);
    /* An error is said in one line, and only an error. */
    assert_true((r == OPTIONS_ERROR) == (err[0] != 0));
    assert_null(strchr(err, '\n'));
    return r;
}

static void accept(char **argv, struct options *o)
{
    if (parse(argv, o) != OPTIONS_RUN)
        fail_msg("refused: %s", err);
}

/* Refused, with a message that names `what` and says what is accepted. */
static void refuse(const char *what, char **argv)
{
    struct options o;
    if (parse(argv, &o) != OPTIONS_ERROR)
        fail_msg("accepted: %s %s", argv[1], argv[2] ? argv[2] : "");
    if (!strstr(err, what) || (!strstr(err, "accepted:") && !strstr(err, "usage:")))
        fail_msg("message: %s", err);
    free(o.env);
    free(o.translate);
}

static void defaults_are_empty(void **state)
{
    (void) state;
    struct options o;
    accept(ARGV("true"), &o);
    assert_int_equal(o.backend, BACKEND_UNSAID);
    assert_int_equal(o.fork, FORK_UNSAID);
    assert_null(o.sysroot);
    assert_null(o.workdir);
    assert_null(o.hostname);
    assert_false(o.trace || o.stats || o.clear_env || o.set_user);
    assert_true(o.memory == 0 && o.timeout == 0 && o.nenv == 0);
    assert_string_equal(o.argv[0], "true");
    assert_null(o.argv[1]);
    free(o.env);
    free(o.translate);
}

static void both_spellings_mean_the_same(void **state)
{
    (void) state;
    struct options o;
    accept(ARGV("--backend", "kvm", "--sysroot=/r", "--workdir", "/w", "--hostname=h", "--memory", "512M",
                "--timeout=1.5", "--user", "7:8", "p"),
           &o);
    assert_int_equal(o.backend, BACKEND_KVM);
    assert_string_equal(o.sysroot, "/r");
    assert_string_equal(o.workdir, "/w");
    assert_string_equal(o.hostname, "h");
    assert_true(o.memory == 512ull << 20);
    assert_true(o.timeout == 1.5);
    assert_true(o.set_user && o.uid == 7 && o.gid == 8);
    free(o.env);
    free(o.translate);
    accept(ARGV("--backend=auto", "--sysroot", "/r", "--user=7", "p"), &o);
    assert_string_equal(o.sysroot, "/r");
    assert_true(o.uid == 7 && o.gid == 7);
    free(o.env);
    free(o.translate);
}

static void env_repeats_and_imports(void **state)
{
    (void) state;
    struct options o;
    accept(ARGV("--env", "A=1", "--env=B=", "--env", "C", "--clear-env", "--env=A=b=c", "p"), &o);
    assert_true(o.clear_env);
    assert_int_equal(o.nenv, 4);
    assert_string_equal(o.env[0], "A=1");
    assert_string_equal(o.env[1], "B=");
    assert_string_equal(o.env[2], "C");
    assert_string_equal(o.env[3], "A=b=c");
    free(o.env);
    free(o.translate);
    refuse("--env", ARGV("--env", "=x", "p"));
    refuse("--env", ARGV("--env=", "p"));
}

static void options_end_at_the_program(void **state)
{
    (void) state;
    struct options o;
    accept(ARGV("ls", "--stats", "--", "-l"), &o);
    assert_false(o.stats);
    assert_string_equal(o.argv[1], "--stats");
    assert_string_equal(o.argv[3], "-l");
    free(o.env);
    free(o.translate);
    accept(ARGV("--stats", "--", "--help", "x"), &o);
    assert_true(o.stats);
    assert_string_equal(o.argv[0], "--help");
    free(o.env);
    free(o.translate);
    accept(ARGV("-"), &o);
    assert_string_equal(o.argv[0], "-");
    free(o.env);
    free(o.translate);
}

static void trace_takes_a_file_only_after_equals(void **state)
{
    (void) state;
    struct options o;
    accept(ARGV("--trace", "out", "x"), &o);
    assert_true(o.trace);
    assert_null(o.trace_file);
    assert_string_equal(o.argv[0], "out");
    free(o.env);
    free(o.translate);
    accept(ARGV("--trace=out", "x"), &o);
    assert_string_equal(o.trace_file, "out");
    free(o.env);
    free(o.translate);
    refuse("--trace", ARGV("--trace=", "x"));
}

static void sizes_have_suffixes_and_bounds(void **state)
{
    (void) state;
    static const struct {
        char *text;
        uint64_t value;
    } good[] = {{"1", 1},
                {"4096", 4096},
                {"3k", 3072},
                {"3K", 3072},
                {"2m", 2 << 20},
                {"1G", 1 << 30},
                {"9223372036854775807", INT64_MAX},
                {"8589934591G", 8589934591ull << 30}};
    for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
        struct options o;
        accept(ARGV("--memory", good[i].text, "p"), &o);
        assert_true(o.memory == good[i].value);
        free(o.env);
        free(o.translate);
    }
    char *bad[] = {"",
                   "0",
                   "0K",
                   "-1",
                   "+1",
                   "1 ",
                   " 1",
                   "K",
                   "1KB",
                   "1T",
                   "1.5G",
                   "0x10",
                   "9223372036854775808",
                   "8589934592G",
                   "99999999999999999999999"};
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        refuse("--memory", ARGV("--memory", bad[i], "p"));
}

static void times_and_users_are_checked(void **state)
{
    (void) state;
    char *times[] = {"", ".", "0", "0.0", "-1", "1s", "inf", "nan", "1e3", "0x1", "1000000001", "1,5"};
    for (size_t i = 0; i < ARRAY_SIZE(times); i++)
        refuse("--timeout", ARGV("--timeout", times[i], "p"));
    char *users[] = {"", ":", "1:", ":1", "root", "1:x", "-1", "4294967295", "1:4294967295", "1:2:3", "1 "};
    for (size_t i = 0; i < ARRAY_SIZE(users); i++)
        refuse("--user", ARGV("--user", users[i], "p"));
    struct options o;
    accept(ARGV("--timeout", ".25", "--user=4294967294:0", "p"), &o);
    assert_true(o.timeout > 0.2499 && o.timeout < 0.2501);
    assert_true(o.uid == 4294967294u && o.gid == 0);
    free(o.env);
    free(o.translate);
}

static void names_are_bounded(void **state)
{
    (void) state;
    struct options o;
    char name[66];
    memset(name, 'n', sizeof name);
    name[65] = 0;
    refuse("--hostname", ARGV("--hostname", name, "p"));
    refuse("--hostname", ARGV("--hostname=", "p"));
    name[64] = 0;
    accept(ARGV("--hostname", name, "p"), &o);
    free(o.env);
    free(o.translate);
    refuse("--sysroot", ARGV("--sysroot=", "p"));
    refuse("--workdir", ARGV("--workdir", "", "p"));
    refuse("qemu", ARGV("--backend", "qemu", "p"));
}

static void wrong_use_says_what_is_accepted(void **state)
{
    (void) state;
    refuse("--nope", ARGV("--nope", "p"));
    refuse("--sys", ARGV("--sys=/", "p")); /* no abbreviations */
    refuse("-x", ARGV("-x", "p"));
    refuse("-x=1", ARGV("-x=1", "p"));
    refuse("--=", ARGV("--=", "p"));
    refuse("--stats", ARGV("--stats=1", "p"));
    refuse("--clear-env", ARGV("--clear-env=", "p"));
    refuse("--sysroot needs", ARGV("--sysroot"));
    refuse("no program", ARGV("--stats"));
    refuse("no program", ARGV("--"));
    refuse("two?lines", ARGV("--two\nlines", "p"));
    struct options o;
    assert_int_equal(options_parse(1, (char *[]){"elfuse", NULL}, &o, err, sizeof err), OPTIONS_ERROR);
    free(o.env);
    free(o.translate);
}

static void long_arguments_keep_the_message_short(void **state)
{
    (void) state;
    struct options o;
    char big[3000], small[16];
    memset(big, 'x', sizeof big);
    memcpy(big, "--", 2);
    big[sizeof big - 1] = 0;
    assert_int_equal(options_parse(3, ARGV(big, "p"), &o, small, sizeof small), OPTIONS_ERROR);
    assert_true(strlen(small) < sizeof small);
    free(o.env);
    free(o.translate);
    refuse("accepted: --backend", ARGV(big, "p"));
}

static void isolation_may_be_required(void **state)
{
    (void) state;
    struct options o;
    accept(ARGV("--backend=direct", "--quiet", "p"), &o);
    assert_int_equal(o.backend, BACKEND_DIRECT);
    assert_true(o.quiet && !o.require_isolation);
    free(o.env);
    free(o.translate);
    accept(ARGV("--require-isolation", "p"), &o);
    assert_true(o.require_isolation && !o.quiet);
    free(o.env);
    free(o.translate);
    refuse("accepted: with auto or kvm", ARGV("--require-isolation", "--backend=direct", "p"));
}

static void a_check_takes_all_options(void **state)
{
    (void) state;
    struct options o;
    assert_int_equal(parse(ARGV("--check-host", "--require-isolation"), &o), OPTIONS_CHECK);
    assert_true(o.require_isolation);
    free(o.env);
    free(o.translate);
    refuse("--nosuch", ARGV("--check-host", "--nosuch"));
}

static void help_and_version_win_where_they_stand(void **state)
{
    (void) state;
    struct options o;
    assert_int_equal(parse(ARGV("--help"), &o), OPTIONS_HELP);
    free(o.env);
    free(o.translate);
    assert_int_equal(parse(ARGV("--stats", "--version", "--nope"), &o), OPTIONS_VERSION);
    free(o.env);
    free(o.translate);
    refuse("--nope", ARGV("--nope", "--help"));
    /* Every option is in the help. */
    const char *names[] = {"--backend", "--sysroot",  "--workdir", "--env",     "--clear-env",
                           "--user",    "--hostname", "--memory",  "--timeout", "--trace",
                           "--stats",   "--version",  "--help",    "--quiet",   "--require-isolation"};
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        assert_non_null(strstr(options_help, names[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_empty),
        cmocka_unit_test(isolation_may_be_required),
        cmocka_unit_test(both_spellings_mean_the_same),
        cmocka_unit_test(env_repeats_and_imports),
        cmocka_unit_test(options_end_at_the_program),
        cmocka_unit_test(trace_takes_a_file_only_after_equals),
        cmocka_unit_test(sizes_have_suffixes_and_bounds),
        cmocka_unit_test(times_and_users_are_checked),
        cmocka_unit_test(names_are_bounded),
        cmocka_unit_test(wrong_use_says_what_is_accepted),
        cmocka_unit_test(long_arguments_keep_the_message_short),
        cmocka_unit_test(a_check_takes_all_options),
        cmocka_unit_test(help_and_version_win_where_they_stand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
