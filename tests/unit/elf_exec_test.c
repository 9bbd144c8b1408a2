/* links: src/elf/parse.c src/elf/script.c src/elf/program.c src/base/errno.c src/elf/stack.c src/elf/load.c src/base/report.c */
/* program_open and program_load against the host kernel: every file is executed natively and through them, and the outcome (errno,
 * signal or exit status) has to be the same. The space is this process's own memory: what was loaded is really jumped to. */
#include <sched.h>
#include <sys/mount.h>
#include <sys/personality.h>

#include "elf_files.h"

#define ET_DYN_BASE (SPACE_TOP / 3 * 2)

static void every_file_ends_as_under_the_kernel(void **state)
{
    static char *argv[] = {"made", NULL};
    unsigned bad = 0, seen_err = 0, seen_sig = 0, seen_exit = 0;
    struct made m;

    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        int native, ours;

        made_init(&m);
        files[i].make(&m);
        write_file("made", m.byte, m.size, 0755);
        native = run_native("./made", argv, no_env);
        ours = run_ours("./made", argv, no_env);
        seen_err += native >= ERR;
        seen_sig += native >= SIG && native < ERR;
        seen_exit += native < SIG;
        if (native != ours) {
            print_error("%s: natively %d, here %d\n", files[i].name, native, ours);
            bad++;
        }
    }
    assert_int_equal(bad, 0);
    assert_true(seen_err > 20 && seen_sig > 8 && seen_exit > 15); /* the host did tell them apart */
}

static void real_programs_run(void **state)
{
    static char *const run[][5] = {
        {"/bin/true", NULL},
        {"/bin/false", NULL},
        {"/bin/sh", "-c", "exit 7", NULL},
        {"/lib64/ld-linux-x86-64.so.2", "/bin/sh", "-c", "exit 9", NULL},
        {"/bin/busybox", "sh", "-c", "exit 11", NULL},
    };
    static const int status[] = {0, 1, 7, 9, 11};

    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(run); i++) {
        if (access(run[i][0], X_OK) < 0)
            continue;
        assert_int_equal(run_native(run[i][0], run[i], no_env), status[i]);
        assert_int_equal(run_ours(run[i][0], run[i], no_env), status[i]);
    }
}

static void what_is_no_executable_file_is_refused(void **state)
{
    static char *argv[] = {"x", NULL};
    static const char *const path[] = {".", "/dev/null", "data", "none", "data/x", "fifo", "loop", ""};
    static const char *const words[] = {"directory",       "regular", "executable", "No such",
                                        "Not a directory", "regular", "Too many",   "No such"};
    struct program p;
    char why[512];

    (void) state;
    write_file("data", "x", 1, 0644);
    unlink("fifo");
    assert_int_equal(mkfifo("fifo", 0755), 0);
    unlink("loop");
    assert_int_equal(symlink("loop", "loop"), 0);
    for (size_t i = 0; i < ARRAY_SIZE(path); i++) {
        int r = open_program(&p, path[i], argv, no_env, why);

        assert_int_equal(ERR - r, run_native(path[i], argv, no_env));
        if (!strstr(why, words[i]) || !strstr(why, path[i]))
            fail_msg("\"%s\" names not both %s and \"%s\"", why, path[i], words[i]);
        program_free(&p);
        assert_int_equal(p.fd, -1);
        assert_int_equal(p.interp_fd, -1);
    }
}

/* In a mount namespace of its own; no assertion here, which would go on in the parent's place. Returns what _exit is to tell. */
static int try_noexec_mount(const struct made *m)
{
    static char *argv[] = {"x", NULL};
    struct program p;
    char why[512];
    int fd, r;

    if (unshare(CLONE_NEWNS) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
        return 77;
    if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 || mount("none", "mnt", "tmpfs", MS_NOEXEC, NULL) < 0)
        return 77;
    fd = open("mnt/x", O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
    if (fd < 0)
        return 77;
    if (write(fd, m->byte, m->size) != (ssize_t) m->size || fchmod(fd, 0755) < 0)
        return 1;
    close(fd);
    r = open_program(&p, "mnt/x", argv, no_env, why);
    program_free(&p);
    if (r != -EACCES || !strstr(why, "noexec"))
        return 2;
    return run_native("mnt/x", argv, no_env) == ERR + EACCES ? 0 : 3;
}

static void noexec_mount_is_refused(void **state)
{
    struct made m;
    int status;
    pid_t pid;

    (void) state;
    made_init(&m);
    mkdir("mnt", 0700);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(try_noexec_mount(&m));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    rmdir("mnt");
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        skip(); /* not allowed to mount */
    assert_int_equal(status, 0);
}

static void a_program_that_is_cut_off_is_noticed(void **state)
{
    static char *argv[] = {"made", NULL};
    struct program p;
    struct made m;
    char why[512];

    (void) state;
    made_init(&m);
    write_file("made", m.byte, m.size, 0755);
    assert_int_equal(open_program(&p, "./made", argv, no_env, why), 0);
    assert_false(p.truncated);
    program_free(&p);

    write_file("made", m.byte, m.size - 1, 0755);
    assert_int_equal(open_program(&p, "./made", argv, no_env, why), 0);
    assert_true(p.truncated);
    program_free(&p);
}

static void foreign_programs_are_named(void **state)
{
    static char *argv[] = {"made", NULL};
    struct program p;
    struct made m;
    char why[512];

    (void) state;
    made_init(&m);
    m.eh.e_machine = EM_RISCV;
    write_file("made", m.byte, m.size, 0755);
    assert_int_equal(open_program(&p, "./made", argv, no_env, why), -ENOEXEC);
    assert_non_null(strstr(why, "riscv64"));
    program_free(&p);

    m.eh.e_machine = EM_X86_64;
    m.eh.e_ident[EI_CLASS] = ELFCLASS32;
    m.eh.e_phentsize = sizeof(Elf32_Phdr);
    write_file("made", m.byte, m.size, 0755);
    assert_int_equal(open_program(&p, "./made", argv, no_env, why), -ENOEXEC);
    assert_non_null(strstr(why, "x32"));
    program_free(&p);
}
/* ---- where things go ---- */

struct layout {
    uint64_t base, brk;
    struct elf_start st;
    int stack_prot;
};

static void lay_out(const char *path, struct layout *lay)
{
    static char *argv[] = {"made", NULL};
    struct elf_auxv_info aux;
    struct space sp = {0};
    struct program p;
    char why[512];

    assert_int_equal(open_program(&p, path, argv, no_env, why), 0);
    fill_aux(&aux);
    assert_int_equal(program_load(&sp, &p, &aux, &lay->st), 0);
    for (unsigned i = 0; i < lay->st.auxv_words; i += 2)
        if (lay->st.auxv[i] == AT_ENTRY)
            lay->base = lay->st.auxv[i + 1] - p.image.entry;
    lay->brk = sp.brk;
    lay->stack_prot = sp.stack_prot;
    space_drop(&sp);
    program_free(&p);
}

static void programs_are_placed_where_linux_places_them(void **state)
{
    struct layout a = {0};
    uint64_t low = UINT64_MAX, high = 0;
    struct made m;

    (void) state;
    made_init(&m);
    write_file("made", m.byte, m.size, 0755);
    made_pie(&m);
    write_file("static-pie", m.byte, m.size, 0755);
    made_interp(&m, "interp");
    write_file("pie", m.byte, m.size, 0755);
    m.ph[0].p_align = 0x200000;
    write_file("aligned", m.byte, m.size, 0755);

    for (int i = 0; i < 20; i++) {
        lay_out("made", &a);
        assert_int_equal(a.base, 0);
        assert_in_range(a.brk, MADE_BASE + 2 * PAGE_SIZE, MADE_BASE + 2 * PAGE_SIZE + (1 << 30));

        lay_out("static-pie", &a);
        assert_true(a.base > ET_DYN_BASE + (1ull << 40)); /* the mmap area */
        assert_in_range(a.brk, ET_DYN_BASE, ET_DYN_BASE + PAGE_SIZE + (1 << 30));

        lay_out("aligned", &a);
        assert_int_equal(a.base % 0x200000, 0);

        lay_out("pie", &a);
        assert_in_range(a.base, page_down(ET_DYN_BASE), ET_DYN_BASE + (1ull << 40));
        assert_in_range(a.brk - a.base, 2 * PAGE_SIZE, 2 * PAGE_SIZE + (1 << 30));
        low = MIN(low, a.base);
        high = MAX(high, a.base);
    }
    assert_true(high - low > 1ull << 36); /* 20 draws out of 2^40 */
}

static void without_randomisation_everything_has_its_fixed_place(void **state)
{
    int old = personality(0xffffffff);
    struct layout a = {0};
    struct made m;

    (void) state;
    made_init(&m);
    write_file("made", m.byte, m.size, 0755);
    made_pie(&m);
    write_file("static-pie", m.byte, m.size, 0755);
    made_interp(&m, "interp");
    write_file("pie", m.byte, m.size, 0755);

    /* Only the rules of the loader: the test itself may lie at the same place, so the base is asked for where it is free. */
    personality((unsigned long) old | ADDR_NO_RANDOMIZE);
    lay_out("made", &a);
    assert_int_equal(a.brk, MADE_BASE + PAGE_SIZE);
    lay_out("static-pie", &a);
    assert_int_equal(a.brk, page_up(ET_DYN_BASE));
    lay_out("pie", &a);
    assert_int_equal(a.base, page_down(ET_DYN_BASE));
    assert_int_equal(a.brk, a.base + PAGE_SIZE);
    personality((unsigned long) old);
}

static void an_entry_past_user_space_is_never_jumped_to(void **state)
{
    static char *argv[] = {"made", NULL};
    struct elf_auxv_info aux;
    struct elf_start st;
    struct space sp = {0};
    struct program p;
    struct made m;
    char why[512];

    (void) state;
    made_init(&m);
    m.eh.e_entry = SPACE_TOP;
    write_file("made", m.byte, m.size, 0755);
    assert_int_equal(open_program(&p, "./made", argv, no_env, why), 0);
    fill_aux(&aux);
    assert_int_equal(program_load(&sp, &p, &aux, &st), -EINVAL);
    assert_non_null(st.why);
    space_drop(&sp);
    program_free(&p);
}

/* Field `n` of /proc/PID/stat. */
static uint64_t stat_field(pid_t pid, int n)
{
    char path[64], line[4096], *s;
    FILE *f;

    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    f = fopen(path, "r");
    assert_non_null(f);
    assert_non_null(fgets(line, sizeof line, f));
    fclose(f);
    s = strrchr(line, ')') + 4; /* field 4 */
    for (int i = 4; i < n; i++)
        strtoull(s, &s, 10);
    return strtoull(s, NULL, 10);
}

static void spans_are_those_that_the_kernel_shows(void **state)
{
    static const uint8_t wait_code[] = {0xb8, 34, 0, 0, 0, 0x0f, 0x05, 0xeb, 0xf7}; /* pause, for ever */
    static char *argv[] = {"made", NULL};
    struct layout a = {0};
    struct made m;
    int fd, err;
    pid_t pid;

    (void) state;
    made_init(&m);
    memcpy(m.byte + MADE_CODE, wait_code, sizeof wait_code);
    add_load(&m, PF_R | PF_W, DATA + 0x123, 0x123, 0x400, 0x3000);
    add_load(&m, PF_R, DATA + 0x100000, 0, 0x321, 0x321);
    write_file("made", m.byte, m.size, 0755);
    pid = start(&fd);
    if (pid == 0) {
        execve("./made", argv, no_env);
        end_with(fd, errno);
    }
    assert_int_equal(read(fd, &err, sizeof err), 0); /* runs */
    lay_out("made", &a);
    assert_int_equal(a.st.start_code.v, stat_field(pid, 26));
    assert_int_equal(a.st.end_code.v, stat_field(pid, 27));
    assert_int_equal(a.st.start_data.v, stat_field(pid, 45));
    assert_int_equal(a.st.end_data.v, stat_field(pid, 46));
    assert_true(a.st.start_code.v != 0);
    kill(pid, SIGKILL);
    outcome(pid, fd);
}
static int setup(void **state)
{
    (void) state;
    if (!mkdtemp(dir) || chdir(dir) < 0)
        return -1;
    write_interps();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_file_ends_as_under_the_kernel),
        cmocka_unit_test(real_programs_run),
        cmocka_unit_test(what_is_no_executable_file_is_refused),
        cmocka_unit_test(noexec_mount_is_refused),
        cmocka_unit_test(a_program_that_is_cut_off_is_noticed),
        cmocka_unit_test(foreign_programs_are_named),
        cmocka_unit_test(programs_are_placed_where_linux_places_them),
        cmocka_unit_test(without_randomisation_everything_has_its_fixed_place),
        cmocka_unit_test(an_entry_past_user_space_is_never_jumped_to),
        cmocka_unit_test(spans_are_those_that_the_kernel_shows),
    };
    return cmocka_run_group_tests(tests, setup, remove_files);
}
