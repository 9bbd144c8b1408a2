/* links: src/elf/parse.c src/elf/script.c src/elf/program.c src/base/errno.c src/elf/stack.c src/elf/load.c src/base/report.c */
/* #! lines and the limits of arguments: as elf_exec_test.c does, natively and through program_open() and program_load(). */
#include <sys/prctl.h>

#include "elf_make.h"
#include "elf_twice.h"

static char self[4096];

/* What a script's interpreter, this program itself, tells of how it was started. */
static void dump(FILE *f, int argc, char *const *argv, const char *execfn, const char *comm)
{
    fprintf(f, "%s|%s|%d", execfn, comm, argc);
    for (int i = 0; i < argc; i++)
        fprintf(f, "|%s", argv[i]);
}

static char *dump_env[] = {"ELF_TEST_DUMP=1", "ASAN_OPTIONS=detect_leaks=0", NULL};

/* execve natively: the dump, or "errno N". */
static void script_native(const char *path, char *const *argv, char *out, size_t size)
{
    int p[2], fd, r;
    size_t n = 0;
    ssize_t k;
    pid_t pid;

    assert_int_equal(pipe2(p, O_CLOEXEC), 0);
    pid = start(&fd);
    if (pid == 0) {
        dup2(p[1], 1);
        execve(path, argv, dump_env);
        end_with(fd, errno);
    }
    close(p[1]);
    while ((k = read(p[0], out + n, size - 1 - n)) > 0)
        n += (size_t) k;
    out[n] = '\0';
    close(p[0]);
    r = outcome(pid, fd);
    if (r)
        snprintf(out, size, "errno %d", r - ERR);
}

static void script_ours(const char *path, char *const *argv, char *out, size_t size)
{
    struct program p;
    char why[512], comm[16];
    int r = open_program(&p, path, argv, dump_env, why);

    if (r < 0) {
        assert_non_null(strstr(why, ": "));
        snprintf(out, size, "errno %d", -r);
    } else {
        FILE *f = fmemopen(out, size, "w");

        program_comm(&p, comm);
        dump(f, p.argc, p.argv, p.execfn, comm);
        fclose(f);
        assert_string_equal(p.exec_path, self); /* /proc/self/exe is the interpreter */
    }
    program_free(&p);
}

static void compare_script(const char *path, char *const *argv)
{
    char native[8192], ours[8192];

    script_native(path, argv, native, sizeof native);
    script_ours(path, argv, ours, sizeof ours);
    assert_string_equal(ours, native);
}

static void scripts_start_as_under_the_kernel(void **state)
{
    static char *argv[] = {"zero", "one", "", "two words", NULL}, *bare[] = {"zero", NULL}, *none[] = {NULL};
    static const char *const first[] = {
        "#!./i\n",        "#! \t./i\t \n", "#!./i -x\n", "#!./i  -x  y \n", "#!./i",      "#!./i -x",   "#!",
        "#!\n",           "#! \n./i\n",    "#!./i\r\n",  "#!./none\n",      "#!.\n",      "#!./data\n", "#!/dev/null\n",
        "#!./i\t-a\tb\n", "#!i\n",         "# ./i\n",    "!#./i\n",         "#!./text\n",
    };

    (void) state;
    write_file("data", "x", 1, 0644);
    write_file("text", "echo\n", 5, 0755);
    for (size_t i = 0; i < ARRAY_SIZE(first); i++) {
        write_file("a-script-with-a-long-name", first[i], strlen(first[i]), 0755);
        compare_script("./a-script-with-a-long-name", argv);
    }
    write_file("s", "#!./i -x\n", 9, 0755);
    compare_script("./s", bare);
    compare_script("./s", none);
    compare_script("./i", none);

    write_file("s", "#!./i\0-x\n", 9, 0755);
    compare_script("./s", argv);
    write_file("s", "#!./i -x\0y\n", 11, 0755);
    compare_script("./s", argv);
}

static void long_script_lines_are_cut_as_under_the_kernel(void **state)
{
    static char *argv[] = {"zero", "one", NULL};
    char text[512];

    (void) state;
    for (int newline = 250; newline < 260; newline++)
        for (int blank = 5; blank < 260; blank += blank == 5 ? 245 : 1) {
            /* "#!.//////…i xxxx\n": the same file however long its name */
            memset(text, 'x', sizeof text);
            memset(text + 3, '/', (size_t) blank);
            memcpy(text, "#!.", 3);
            text[blank - 1] = 'i';
            text[blank] = ' ';
            if (newline > blank)
                text[newline] = '\n';
            write_file("s", text, sizeof text, 0755);
            compare_script("./s", argv);
        }
}

static void scripts_nest_as_deep_as_under_the_kernel(void **state)
{
    static char *argv[] = {"zero", "one", NULL};
    char name[16], text[32], native[8192];
    int refused = 0;

    (void) state;
    for (int i = 1; i <= 8; i++) {
        snprintf(name, sizeof name, "./n%d", i);
        if (i == 1)
            snprintf(text, sizeof text, "#!./i -1\n");
        else
            snprintf(text, sizeof text, "#!./n%d -%d\n", i - 1, i);
        write_file(name, text, strlen(text), 0755);
        compare_script(name, argv);
        script_native(name, argv, native, sizeof native);
        refused += strcmp(native, "errno 40") == 0;
    }
    assert_in_range(refused, 1, 7);
}

static void a_script_on_a_cloexec_descriptor_is_not_found(void **state)
{
    struct program p = PROGRAM_INIT;
    char why[512];

    (void) state;
    write_file("s", "#!./i\n", 6, 0755);
    p.stack_limit = STACK_LIMIT;
    p.path_inaccessible = true;
    p.exec_path = strdup("/s");
    assert_int_equal(program_open(&p, "/dev/fd/9", open("s", O_RDONLY | O_CLOEXEC), open_exec, NULL, why, sizeof why),
                     -ENOENT);
    assert_string_equal(p.execfn, "/dev/fd/9");
    program_free(&p);
}

/* ---- limits on arguments ---- */

/* One execve with strings of `total` bytes beyond the small ones. */
static int with_bytes(int (*run)(const char *, char *const *, char *const *), size_t total)
{
    static char block[100001];
    char *argv[200] = {"made"}, *last;
    int n = 1, r;

    memset(block, 'x', sizeof block - 1);
    for (; total >= sizeof block; total -= sizeof block)
        argv[n++] = block;
    last = total ? strndup(block, total - 1) : NULL;
    argv[n++] = last;
    r = run("./made", argv, no_env);
    free(last);
    return r;
}

static int open_only(const char *path, char *const *argv, char *const *envp)
{
    struct program p;
    struct rlimit rl;
    char why[512];
    int r;

    getrlimit(RLIMIT_STACK, &rl);
    p = (struct program) PROGRAM_INIT;
    p.argv = copy_vector(argv);
    p.envp = copy_vector(envp);
    p.stack_limit = rl.rlim_cur;
    r = program_open(&p, path, -1, open_exec, NULL, why, sizeof why);
    program_free(&p);
    return r < 0 ? ERR - r : MADE_STATUS;
}

static struct rlimit stack_rlimit;

static int save_limit(void **state)
{
    (void) state;
    return getrlimit(RLIMIT_STACK, &stack_rlimit);
}

static int restore_limit(void **state)
{
    (void) state;
    return setrlimit(RLIMIT_STACK, &stack_rlimit);
}

static void arguments_are_limited_to_the_byte_as_under_the_kernel(void **state)
{
    static const uint64_t stacks[] = {64 << 10, 256 << 10, 1 << 20, 8 << 20, 64 << 20};
    struct rlimit rl = stack_rlimit;
    struct made m;

    (void) state;
    made_init(&m);
    write_file("made", m.byte, m.size, 0755);
    for (size_t i = 0; i < ARRAY_SIZE(stacks); i++) {
        size_t ok = 0, bad = 10 << 20;

        rl.rlim_cur = stacks[i];
        if (setrlimit(RLIMIT_STACK, &rl) < 0)
            continue; /* beyond the hard limit */
        assert_int_equal(with_bytes(run_native, bad), ERR + E2BIG);
        assert_int_equal(with_bytes(open_only, bad), ERR + E2BIG);
        while (bad - ok > 1) {
            size_t mid = (ok + bad) / 2;

            /* With a small stack the last ones pass execve and die for want of room below the strings. */
            *(with_bytes(run_native, mid) != ERR + E2BIG ? &ok : &bad) = mid;
        }
        assert_true(ok > 10000);
        if (with_bytes(open_only, ok) != MADE_STATUS || with_bytes(open_only, bad) != ERR + E2BIG)
            fail_msg("stack of %lu: the kernel takes %zu bytes and not %zu", (unsigned long) stacks[i], ok, bad);
    }
}

static void one_string_is_limited_as_under_the_kernel(void **state)
{
    static char str[131073];
    char *argv[] = {"made", str, NULL}, *envp[] = {str, NULL};
    struct made m;

    (void) state;
    made_init(&m);
    write_file("made", m.byte, m.size, 0755);
    memset(str, 'x', 131071);
    assert_int_equal(run_native("./made", argv, no_env), MADE_STATUS);
    assert_int_equal(open_only("./made", argv, no_env), MADE_STATUS);
    str[131071] = 'x';
    assert_int_equal(run_native("./made", argv, no_env), ERR + E2BIG);
    assert_int_equal(open_only("./made", argv, no_env), ERR + E2BIG);
    argv[1] = NULL;
    assert_int_equal(run_native("./made", argv, envp), ERR + E2BIG);
    assert_int_equal(open_only("./made", argv, envp), ERR + E2BIG);
}

static void a_script_gives_up_its_argv0_as_under_the_kernel(void **state)
{
    static char zero[100001], one[40000];
    char *argv[] = {zero, one, NULL};
    const struct rlimit small = {400 << 10, stack_rlimit.rlim_max};
    struct made m;
    size_t room = 131072 - 2 * sizeof(char *) - sizeof "./s"; /* ARG_MAX less pointers and file name */

    (void) state;
    made_init(&m);
    write_file("made", m.byte, m.size, 0755);
    write_file("s", "#!./made\n", 9, 0755);
    memset(zero, 'x', sizeof zero - 1);
    memset(one, 'x', room - sizeof zero - 1);
    assert_int_equal(setrlimit(RLIMIT_STACK, &small), 0);
    assert_int_equal(run_native("./s", argv, no_env), MADE_STATUS);
    assert_int_equal(open_only("./s", argv, no_env), MADE_STATUS);
    one[room - sizeof zero - 1] = 'x';
    assert_int_equal(run_native("./s", argv, no_env), ERR + E2BIG);
    assert_int_equal(open_only("./s", argv, no_env), ERR + E2BIG);
}

static void arguments_that_were_checked_are_not_refused_again(void **state)
{
    static char big[140000];
    char *argv[] = {"made", big, NULL}, why[512];
    struct program p = PROGRAM_INIT;
    struct made m;

    (void) state;
    made_init(&m);
    write_file("made", m.byte, m.size, 0755);
    memset(big, 'x', sizeof big - 1);
    for (int checked = 0; checked < 2; checked++) {
        p.argv = copy_vector(argv);
        p.envp = copy_vector(no_env);
        p.stack_limit = STACK_LIMIT;
        p.args_checked = checked;
        assert_int_equal(program_open(&p, "./made", -1, open_exec, NULL, why, sizeof why), checked ? 0 : -E2BIG);
        program_free(&p);
    }
}

static void big_arguments_arrive(void **state)
{
    static char str[100000];
    char *argv[22] = {"/bin/sh", "-c", "exit $#"};

    (void) state;
    memset(str, 'x', sizeof str - 1);
    for (size_t i = 3; i < 21; i++)
        argv[i] = str;
    assert_int_equal(run_native("/bin/sh", argv, no_env), 17);
    assert_int_equal(run_ours("/bin/sh", argv, no_env), 17);
}
static int setup(void **state)
{
    (void) state;
    return mkdtemp(dir) && chdir(dir) == 0 ? symlink(self, "i") : -1;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scripts_start_as_under_the_kernel),
        cmocka_unit_test(long_script_lines_are_cut_as_under_the_kernel),
        cmocka_unit_test(scripts_nest_as_deep_as_under_the_kernel),
        cmocka_unit_test(a_script_on_a_cloexec_descriptor_is_not_found),
        cmocka_unit_test_setup_teardown(arguments_are_limited_to_the_byte_as_under_the_kernel, save_limit,
                                        restore_limit),
        cmocka_unit_test(one_string_is_limited_as_under_the_kernel),
        cmocka_unit_test_setup_teardown(a_script_gives_up_its_argv0_as_under_the_kernel, save_limit, restore_limit),
        cmocka_unit_test(arguments_that_were_checked_are_not_refused_again),
        cmocka_unit_test(big_arguments_arrive),
    };

    if (getenv("ELF_TEST_DUMP")) {
        char comm[16];

        prctl(PR_GET_NAME, comm);
        dump(stdout, argc, argv, (char *) getauxval(AT_EXECFN), comm);
        return 0;
    }
    if (!realpath("/proc/self/exe", self))
        return 1;
    return cmocka_run_group_tests(tests, setup, remove_files);
}
