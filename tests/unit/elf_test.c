/* links: src/elf/parse.c src/elf/script.c src/elf/stack.c */
/* The pure part of src/elf: headers, #! lines, the initial stack. elf_exec_test.c compares the rest with the host kernel. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/auxv.h>
#include <sys/mman.h>

#include "elf/elf.h"
#include "elf/script.h"
#include "elf/stack.h"
#include "elf_make.h"
#include "mem/space.h"

/* ---- headers ---- */

static int64_t pread_made(void *arg, void *buf, uint64_t n, uint64_t off)
{
    const struct made *m = arg;

    if (off >= m->size)
        return 0;
    n = MIN(n, m->size - off);
    memcpy(buf, m->byte + off, n);
    return (int64_t) n;
}

static int64_t pread_fails(void *arg, void *buf, uint64_t n, uint64_t off)
{
    (void) arg, (void) buf, (void) n, (void) off;
    return -EISDIR;
}

/* One byte at a time, as a slow file system may answer. */
static int64_t pread_slow(void *arg, void *buf, uint64_t n, uint64_t off)
{
    return pread_made(arg, buf, MIN(n, 1), off);
}

static struct elf_image img;

static int parse(struct made *m, const char **why)
{
    *why = NULL;
    memset(&img, 0xa5, sizeof img); /* nothing may be left over from before */
    return elf_parse(pread_made, m, &img, why);
}

static void expect_error(struct made *m, int err, const char *words)
{
    const char *why;

    assert_int_equal(parse(m, &why), err);
    assert_non_null(why);
    if (!strstr(why, words))
        fail_msg("\"%s\" does not say \"%s\"", why, words);
}

static void parse_takes_a_program_with_all_its_fields(void **state)
{
    struct made m;
    const char *why;
    Elf64_Phdr *ph;

    (void) state;
    made_init(&m);
    made_interp(&m, "/lib64/ld.so");
    ph = made_phdr(&m, PT_LOAD);
    *ph = (Elf64_Phdr){.p_type = PT_LOAD,
                       .p_flags = PF_R | PF_W,
                       .p_offset = 0x800,
                       .p_vaddr = MADE_BASE + 0x2800,
                       .p_filesz = 0x100,
                       .p_memsz = 0x3000,
                       .p_align = 0x200000};
    ph = made_phdr(&m, PT_GNU_STACK);
    ph->p_flags = PF_R | PF_W | PF_X;

    assert_int_equal(parse(&m, &why), 0);
    assert_int_equal(img.machine, EM_X86_64);
    assert_int_equal(img.type, ET_EXEC);
    assert_false(img.pie);
    assert_int_equal(img.doom, 0);
    assert_int_equal(img.entry, MADE_BASE + MADE_CODE);
    assert_int_equal(img.phnum, 4);
    assert_int_equal(img.phdr_vaddr, MADE_BASE + sizeof(Elf64_Ehdr));
    assert_int_equal(img.min_vaddr, MADE_BASE);
    assert_int_equal(img.max_vaddr, MADE_BASE + 0x6000);
    assert_int_equal(img.max_align, 0x200000);
    assert_int_equal(img.stack_prot, PROT_READ | PROT_WRITE | PROT_EXEC);
    assert_int_equal(img.interp_off, MADE_INTERP);
    assert_int_equal(img.interp_size, sizeof "/lib64/ld.so");
    assert_int_equal(img.segments, 2);
    assert_int_equal(img.segment[0].prot, PROT_READ | PROT_EXEC);
    assert_int_equal(img.segment[1].vaddr, MADE_BASE + 0x2800);
    assert_int_equal(img.segment[1].memsz, 0x3000);
    assert_int_equal(img.segment[1].filesz, 0x100);
    assert_int_equal(img.segment[1].offset, 0x800);
    assert_int_equal(img.segment[1].prot, PROT_READ | PROT_WRITE);
}

static void parse_defaults_are_those_of_the_kernel(void **state)
{
    struct made m;
    const char *why;

    (void) state;
    made_init(&m);
    m.ph[0].p_align = 0x3000; /* no power of two: not looked at */
    m.ph[0].p_offset = 0;
    m.eh.e_phoff = 0x1800; /* within the file, in no segment */
    m.size = 2 * MADE_SIZE;
    memcpy(m.byte + 0x1800, m.ph, sizeof *m.ph);
    assert_int_equal(parse(&m, &why), 0);
    assert_int_equal(img.max_align, PAGE_SIZE);
    assert_int_equal(img.phdr_vaddr, 0);
    assert_int_equal(img.stack_prot, PROT_READ | PROT_WRITE); /* no PT_GNU_STACK */
    assert_int_equal(img.interp_size, 0);
}

static void parse_takes_the_last_segment_that_holds_the_table(void **state)
{
    struct made m;
    const char *why;
    Elf64_Phdr *ph;

    (void) state;
    made_init(&m);
    ph = made_phdr(&m, PT_LOAD);
    *ph = m.ph[0];
    ph->p_vaddr = MADE_BASE + 0x10000;
    assert_int_equal(parse(&m, &why), 0);
    assert_int_equal(img.phdr_vaddr, MADE_BASE + 0x10000 + sizeof(Elf64_Ehdr));
}

static void parse_takes_the_first_interpreter_and_the_last_stack_flags(void **state)
{
    struct made m;
    const char *why;

    (void) state;
    made_init(&m);
    made_interp(&m, "/first");
    made_interp(&m, "/second/");
    made_phdr(&m, PT_GNU_STACK)->p_flags = PF_R | PF_W | PF_X;
    made_phdr(&m, PT_GNU_STACK)->p_flags = PF_R | PF_W;
    assert_int_equal(parse(&m, &why), 0);
    assert_int_equal(img.interp_size, sizeof "/first");
    assert_int_equal(img.stack_prot, PROT_READ | PROT_WRITE);
}

static void parse_copes_with_short_reads(void **state)
{
    struct made m;
    const char *why;

    (void) state;
    made_init(&m);
    assert_int_equal(elf_parse(pread_slow, &m, &img, &why), 0);
    assert_int_equal(img.segments, 1);
}

static void parse_passes_on_a_read_error(void **state)
{
    const char *why = NULL;

    (void) state;
    assert_int_equal(elf_parse(pread_fails, NULL, &img, &why), -EISDIR);
    assert_non_null(why);
}

static void parse_refuses_what_is_no_program(void **state)
{
    struct made m;

    (void) state;
    made_init(&m);
    m.eh.e_ident[0] = 'M';
    expect_error(&m, -ENOEXEC, "not an ELF");

    made_init(&m);
    m.size = 0;
    expect_error(&m, -ENOEXEC, "not an ELF");

    made_init(&m);
    m.size = 40;
    expect_error(&m, -ENOEXEC, "cut off");

    made_init(&m);
    m.eh.e_type = ET_REL;
    m.eh.e_phnum = m.eh.e_phentsize = 0;
    expect_error(&m, -ENOEXEC, "object file");

    made_init(&m);
    m.eh.e_type = ET_CORE;
    expect_error(&m, -ENOEXEC, "core dump");

    made_init(&m);
    m.eh.e_type = 77;
    expect_error(&m, -ENOEXEC, "type");
}

static void parse_refuses_bad_tables(void **state)
{
    struct made m;

    (void) state;
    made_init(&m);
    m.eh.e_phentsize = 57;
    expect_error(&m, -ENOEXEC, "size");

    made_init(&m);
    m.eh.e_phnum = 0;
    expect_error(&m, -ENOEXEC, "no program headers");

    made_init(&m);
    m.eh.e_phnum = ELF_MAX_PHDRS + 1; /* 65576 bytes */
    expect_error(&m, -ENOEXEC, "64 KiB");

    made_init(&m);
    m.eh.e_phnum = ELF_MAX_PHDRS;
    expect_error(&m, -ENOEXEC, "cut off");

    made_init(&m);
    m.eh.e_phoff = MADE_SIZE - 1;
    expect_error(&m, -ENOEXEC, "cut off");

    made_init(&m);
    m.eh.e_phoff = UINT64_MAX - 8;
    expect_error(&m, -ENOEXEC, "cut off");
}

static void parse_refuses_bad_interpreter_names(void **state)
{
    static const uint64_t sizes[] = {0, 1, 4097, 1ull << 63};
    struct made m;

    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
        made_init(&m);
        made_interp(&m, "/x")->p_filesz = sizes[i];
        expect_error(&m, -ENOEXEC, "interpreter");
    }
}

/* What Linux lets pass execve and then kills. */
static void expect_doom(struct made *m, int err)
{
    const char *why;

    assert_int_equal(parse(m, &why), 0);
    assert_int_equal(img.doom, err);
    assert_non_null(img.doom_why);
}

static void parse_dooms_impossible_segments(void **state)
{
    struct made m;

    (void) state;
    made_init(&m);
    m.ph[0].p_memsz = m.ph[0].p_filesz - 1;
    expect_doom(&m, -EINVAL);

    made_init(&m);
    m.ph[0].p_memsz = 1ull << 63;
    expect_doom(&m, -EINVAL);

    made_init(&m);
    m.ph[0].p_memsz = m.ph[0].p_filesz = 1ull << 63;
    expect_doom(&m, -EINVAL);

    made_init(&m);
    m.ph[0].p_vaddr = -0x1000ull;
    expect_doom(&m, -EINVAL);

    made_init(&m);
    m.ph[0].p_vaddr = SPACE_TOP - 0x1000;
    m.ph[0].p_memsz = 0x1001;
    expect_doom(&m, -EINVAL);

    made_init(&m);
    m.ph[0].p_offset = 8;
    expect_doom(&m, -EINVAL);

    made_init(&m);
    m.ph[0].p_offset = 1ull << 63;
    expect_doom(&m, -EOVERFLOW);

    made_init(&m);
    made_pie(&m);
    m.ph[0].p_type = PT_NOTE;
    expect_doom(&m, -EINVAL);
}

static void parse_does_not_doom_a_segment_up_to_the_end(void **state)
{
    struct made m;
    const char *why;

    (void) state;
    made_init(&m);
    m.ph[0].p_vaddr = SPACE_TOP - 0x1000;
    assert_int_equal(parse(&m, &why), 0);
    assert_int_equal(img.doom, 0);
}

static void parse_names_foreign_architectures(void **state)
{
    static const struct {
        uint16_t machine;
        uint8_t class, data;
        const char *name;
    } row[] = {
        {EM_AARCH64, ELFCLASS64, ELFDATA2LSB, "aarch64"}, {EM_RISCV, ELFCLASS64, ELFDATA2LSB, "riscv64"},
        {EM_RISCV, ELFCLASS32, ELFDATA2LSB, "riscv32"},   {EM_ARM, ELFCLASS32, ELFDATA2LSB, "arm"},
        {EM_386, ELFCLASS32, ELFDATA2LSB, "i386"},        {EM_PPC64, ELFCLASS64, ELFDATA2LSB, "ppc64le"},
        {EM_PPC64, ELFCLASS64, ELFDATA2MSB, "ppc64"},     {EM_S390, ELFCLASS64, ELFDATA2MSB, "s390x"},
        {EM_X86_64, ELFCLASS32, ELFDATA2LSB, "x32"},      {0xfefe, ELFCLASS64, ELFDATA2LSB, NULL},
    };
    struct made m;
    const char *why;

    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(row); i++) {
        made_init(&m);
        m.eh.e_machine = row[i].data == ELFDATA2MSB ? __builtin_bswap16(row[i].machine) : row[i].machine;
        m.eh.e_ident[EI_CLASS] = row[i].class;
        m.eh.e_ident[EI_DATA] = row[i].data;
        if (row[i].class == ELFCLASS32)
            m.eh.e_phentsize = sizeof(Elf32_Phdr);
        assert_int_equal(parse(&m, &why), 0);
        assert_int_equal(img.machine, row[i].machine);
        if (row[i].name)
            assert_string_equal(elf_machine_name(&img), row[i].name);
        else
            assert_null(elf_machine_name(&img));
    }
}

static void parse_goes_by_machine_and_not_by_the_class_byte(void **state)
{
    struct made m;
    const char *why;

    (void) state;
    made_init(&m);
    m.eh.e_ident[EI_CLASS] = ELFCLASS32;
    m.eh.e_ident[EI_DATA] = ELFDATA2MSB;
    assert_int_equal(parse(&m, &why), 0);
    assert_int_equal(img.segments, 1);
    assert_false(img.class32 || img.big_endian);
}

static void parse_survives_every_cut(void **state)
{
    struct made m;
    const char *why;
    int ok = 0;

    (void) state;
    made_init(&m);
    made_interp(&m, "/x");
    for (m.size = 0; m.size < 0x200; m.size++)
        ok += parse(&m, &why) == 0;
    assert_int_equal(ok, 0x200 - (sizeof m.eh + 2 * sizeof *m.ph));
}

/* ---- #! ---- */

static int script(const char *text, char **interp, char **arg)
{
    static char buf[SCRIPT_BUF];

    memset(buf, 0, sizeof buf);
    memcpy(buf, text, MIN(strlen(text), sizeof buf));
    *interp = *arg = NULL;
    return script_parse(buf, interp, arg);
}

static void script_lines_split_as_the_kernel_does(void **state)
{
    static const struct {
        const char *line, *interp, *arg;
    } row[] = {
        {"#!/bin/sh\n", "/bin/sh", NULL},
        {"#!/bin/sh", "/bin/sh", NULL},
        {"#! \t/bin/sh \t\n", "/bin/sh", NULL},
        {"#!/bin/sh -e\n", "/bin/sh", "-e"},
        {"#!/bin/sh\t -e  -x  \nmore", "/bin/sh", "-e  -x"},
        {"#!sh\n", "sh", NULL},
        {"#!/bin/sh\r\n", "/bin/sh\r", NULL},
        {"#!", "", NULL},
    };
    char *interp, *arg;

    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(row); i++) {
        assert_int_equal(script(row[i].line, &interp, &arg), 0);
        assert_string_equal(interp, row[i].interp);
        if (row[i].arg)
            assert_string_equal(arg, row[i].arg);
        else
            assert_null(arg);
    }
}

static void script_lines_without_a_name_are_refused(void **state)
{
    char blanks[SCRIPT_BUF + 1], *interp, *arg;

    (void) state;
    assert_int_equal(script("#!\n", &interp, &arg), -ENOEXEC);
    assert_int_equal(script("#! \t \n/bin/sh\n", &interp, &arg), -ENOEXEC);

    memset(blanks, ' ', sizeof blanks);
    memcpy(blanks, "#!", 2);
    blanks[SCRIPT_BUF] = '\0';
    assert_int_equal(script(blanks, &interp, &arg), -ENOEXEC);
}

static void script_names_that_may_be_cut_off_are_refused(void **state)
{
    char line[2 * SCRIPT_BUF], *interp, *arg;

    (void) state;
    memset(line, 'x', sizeof line);
    memcpy(line, "#!/", 3);
    line[sizeof line - 1] = '\0';
    assert_int_equal(script(line, &interp, &arg), -ENOEXEC);

    line[SCRIPT_BUF - 1] = '\n'; /* the last byte that is looked at */
    assert_int_equal(script(line, &interp, &arg), 0);
    assert_int_equal(strlen(interp), SCRIPT_BUF - 3);
    line[SCRIPT_BUF - 1] = 'x';

    line[10] = ' '; /* an argument is cut instead */
    assert_int_equal(script(line, &interp, &arg), 0);
    assert_int_equal(strlen(interp), 8);
    assert_int_equal(strlen(arg), SCRIPT_BUF - 1 - 11);
}

/* ---- the initial stack ---- */

static char *args[] = {"prog", "one", "", "three", NULL};
static char *envs[] = {"A=1", "PATH=/bin:/usr/bin", NULL};

static struct program prog = {
    .fd = -1, .interp_fd = -1, .execfn = "/bin/prog", .argc = 4, .envc = 2, .argv = args, .envp = envs};

static const struct elf_auxv_info info = {
    .sysinfo_ehdr = 0x7fff12340000,
    .hwcap = 0x1234,
    .hwcap2 = 2,
    .minsigstksz = 3000,
    .clktck = 100,
    .uid = 1000,
    .euid = 1000,
    .gid = 100,
    .egid = 100,
    .platform = "x86_64",
    .random = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16},
};

static uint64_t auxv_get(const uint64_t *av, uint64_t type)
{
    for (; *av; av += 2)
        if (*av == type)
            return av[1];
    fail_msg("no auxv entry %lu", (unsigned long) type);
    return 0;
}

/* What holds for every initial stack. Addresses are those of host memory here: `sp` is real, in a test a composed copy at `shift`
 * from where it would lie. */
static void check_stack(const uint64_t *sp, uint64_t shift, const struct elf_start *st)
{
    uint64_t argc = sp[0], at, *av, n = 0;
    const uint64_t *argv = sp + 1, *envp = argv + argc + 1;

    assert_int_equal(((uint64_t) sp + shift) % 16, 0);
    assert_int_equal(argv[argc], 0);
    at = st->arg_start.v;
    for (uint64_t i = 0; i < argc; i++) {
        assert_int_equal(argv[i], at);
        at += strlen((char *) (at - shift)) + 1;
    }
    assert_int_equal(at, st->arg_end.v);
    assert_int_equal(at, st->env_start.v);
    for (; envp[n]; n++) {
        assert_int_equal(envp[n], at);
        at += strlen((char *) (at - shift)) + 1;
    }
    assert_int_equal(at, st->env_end.v);
    av = (uint64_t *) (envp + n + 1);
    assert_int_equal(auxv_get(av, AT_EXECFN), at);
    at += strlen((char *) (at - shift)) + 1;
    assert_int_equal(*(uint64_t *) (at - shift), 0);
    assert_int_equal((at + 8) % PAGE_SIZE, 0);

    /* random bytes, platform string, the shuffle, argument strings */
    assert_int_equal(auxv_get(av, AT_RANDOM) + 16, auxv_get(av, AT_PLATFORM));
    assert_string_equal((char *) (auxv_get(av, AT_PLATFORM) - shift), "x86_64");
    assert_int_equal((auxv_get(av, AT_PLATFORM) + sizeof "x86_64") % 16, 0);
    assert_true(st->arg_start.v - (auxv_get(av, AT_PLATFORM) + sizeof "x86_64") < 8192 + 16);
    assert_true(auxv_get(av, AT_RANDOM) - ((uint64_t) av + shift) >= 2 * sizeof *av);
}

static void composed_stack_obeys_the_rules(void **state)
{
    static const uint64_t shuffles[] = {0, 1, 15, 16, 17, 4000, 8191};
    const uint64_t top = 0x7ffd00001000;
    const struct stack_facts facts = {.phdr = 0x400040, .phnum = 9, .base = 0x7f0000000000, .entry = 0x401000};

    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(shuffles); i++) {
        struct elf_start st = {0};
        struct stack_plan plan;
        uint64_t *buf, *av;

        stack_plan(&prog, &info, shuffles[i], &plan);
        buf = calloc(1, plan.sp);
        stack_fill(&prog, &info, &facts, &plan, top, (uint8_t *) buf, &st);
        assert_int_equal(st.sp.v, top - plan.sp);
        assert_int_equal(st.start_stack.v, st.sp.v);
        assert_int_equal(buf[0], 4);
        check_stack(buf, st.sp.v - (uint64_t) buf, &st);

        av = buf + 1 + 5 + 3;
        assert_memory_equal(av, st.auxv, st.auxv_words * sizeof *av);
        assert_int_equal(st.auxv[st.auxv_words - 2], AT_NULL);
        assert_memory_equal((uint8_t *) buf + auxv_get(av, AT_RANDOM) - st.sp.v, info.random, 16);
        assert_int_equal(auxv_get(av, AT_PHDR), facts.phdr);
        assert_int_equal(auxv_get(av, AT_PHNUM), facts.phnum);
        assert_int_equal(auxv_get(av, AT_PHENT), sizeof(Elf64_Phdr));
        assert_int_equal(auxv_get(av, AT_BASE), facts.base);
        assert_int_equal(auxv_get(av, AT_ENTRY), facts.entry);
        assert_int_equal(auxv_get(av, AT_HWCAP2), info.hwcap2);
        assert_int_equal(auxv_get(av, AT_UID), 1000);
        assert_int_equal(auxv_get(av, AT_SECURE), 0);
        free(buf);
    }
}

/* The same check on what the host kernel gave this very process: the rules are the kernel's. */
static void kernel_stack_obeys_the_same_rules(void **state)
{
    char line[4096], *s;
    struct elf_start st = {0};
    FILE *f = fopen("/proc/self/stat", "r");

    (void) state;
    assert_non_null(f);
    assert_non_null(fgets(line, sizeof line, f));
    fclose(f);
    s = strrchr(line, ')') + 2;
    for (int field = 3; field <= 51; field++) { /* proc(5) numbers them from 1 */
        uint64_t v = strtoull(s, &s, 10);

        if (field == 3)
            s++; /* the state is a letter */
        else if (field == 28)
            st.sp = gva(v);
        else if (field == 48)
            st.arg_start = gva(v);
        else if (field == 49)
            st.arg_end = gva(v);
        else if (field == 50)
            st.env_start = gva(v);
        else if (field == 51)
            st.env_end = gva(v);
    }
    assert_true(st.sp.v != 0);
    check_stack((uint64_t *) st.sp.v, 0, &st);
}

static void auxv_has_the_kernels_entries_in_its_order(void **state)
{
    const struct stack_facts facts = {0};
    struct elf_start st = {0};
    struct stack_plan plan;
    uint64_t host[128], *buf;
    ssize_t n;
    int fd = open("/proc/self/auxv", O_RDONLY);
    unsigned j = 0;

    (void) state;
    n = read(fd, host, sizeof host);
    close(fd);
    assert_true(n > 0 && n < (ssize_t) sizeof host);

    stack_plan(&prog, &info, 0, &plan);
    buf = calloc(1, plan.sp);
    stack_fill(&prog, &info, &facts, &plan, 0x7ffd00001000, (uint8_t *) buf, &st);
    free(buf);
    for (unsigned i = 0; i < (size_t) n / sizeof *host; i += 2) {
        if (host[i] == 27 || host[i] == 28)
            continue; /* AT_RSEQ_FEATURE_SIZE, AT_RSEQ_ALIGN: rseq is not offered */
        assert_true(j < st.auxv_words);
        assert_int_equal(st.auxv[j], host[i]);
        j += 2;
    }
    assert_int_equal(j, st.auxv_words);
}

static void auxv_without_a_vdso_does_not_name_one(void **state)
{
    const struct stack_facts facts = {0};
    struct elf_auxv_info bare = info;
    struct elf_start st = {0};
    struct stack_plan plan;
    uint64_t *buf;

    (void) state;
    bare.sysinfo_ehdr = 0;
    bare.egid = 0;
    stack_plan(&prog, &bare, 0, &plan);
    buf = calloc(1, plan.sp);
    stack_fill(&prog, &bare, &facts, &plan, 0x7ffd00001000, (uint8_t *) buf, &st);
    check_stack(buf, st.sp.v - (uint64_t) buf, &st);
    free(buf);
    for (unsigned i = 0; i < st.auxv_words; i += 2)
        assert_true(st.auxv[i] != AT_SYSINFO_EHDR);
    assert_int_equal(auxv_get(st.auxv, AT_SECURE), 1); /* real and effective group differ */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parse_takes_a_program_with_all_its_fields),
        cmocka_unit_test(parse_defaults_are_those_of_the_kernel),
        cmocka_unit_test(parse_takes_the_last_segment_that_holds_the_table),
        cmocka_unit_test(parse_takes_the_first_interpreter_and_the_last_stack_flags),
        cmocka_unit_test(parse_copes_with_short_reads),
        cmocka_unit_test(parse_passes_on_a_read_error),
        cmocka_unit_test(parse_refuses_what_is_no_program),
        cmocka_unit_test(parse_refuses_bad_tables),
        cmocka_unit_test(parse_refuses_bad_interpreter_names),
        cmocka_unit_test(parse_dooms_impossible_segments),
        cmocka_unit_test(parse_does_not_doom_a_segment_up_to_the_end),
        cmocka_unit_test(parse_names_foreign_architectures),
        cmocka_unit_test(parse_goes_by_machine_and_not_by_the_class_byte),
        cmocka_unit_test(parse_survives_every_cut),
        cmocka_unit_test(script_lines_split_as_the_kernel_does),
        cmocka_unit_test(script_lines_without_a_name_are_refused),
        cmocka_unit_test(script_names_that_may_be_cut_off_are_refused),
        cmocka_unit_test(composed_stack_obeys_the_rules),
        cmocka_unit_test(kernel_stack_obeys_the_same_rules),
        cmocka_unit_test(auxv_has_the_kernels_entries_in_its_order),
        cmocka_unit_test(auxv_without_a_vdso_does_not_name_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
