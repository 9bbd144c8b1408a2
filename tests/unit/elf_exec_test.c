/* links: src/elf/parse.c src/elf/script.c src/elf/program.c src/base/errno.c src/elf/stack.c src/elf/load.c src/base/report.c */
/* program_open and program_load against the host kernel: every file is executed natively and through them, and the outcome (errno,
 * signal or exit status) has to be the same. The space is this process's own memory: what was loaded is really jumped to. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "base/raw.h"
#include "elf/elf.h"
#include "elf_make.h"
#include "mem/access.h"
#include "mem/space.h"

#define STACK_LIMIT (8ull << 20)
#define ET_DYN_BASE (SPACE_TOP / 3 * 2)

/* ---- a space that is the host's ---- */

struct space {
    struct {
        uint64_t at, size;
    } map[256];
    unsigned n;
    uint64_t brk;
    int stack_prot;
};

static void space_note(struct space *sp, uint64_t at, uint64_t size)
{
    assert_true(sp->n < ARRAY_SIZE(sp->map));
    sp->map[sp->n].at = at;
    sp->map[sp->n++].size = size;
}

static void space_drop(struct space *sp)
{
    while (sp->n) {
        sp->n--;
        munmap((void *) sp->map[sp->n].at, sp->map[sp->n].size);
    }
}

int64_t space_mmap(struct space *sp, gva_t hint, uint64_t size, int prot, int flags, int fd, uint64_t off)
{
    long r = host(SYS_mmap, hint.v, size, prot, flags, fd, off);

    if (r >= 0)
        space_note(sp, (uint64_t) r, size);
    return r;
}

int space_munmap(struct space *sp, gva_t va, uint64_t size)
{
    (void) sp;
    return (int) host(SYS_munmap, va.v, size);
}

void space_set_brk(struct space *sp, gva_t start)
{
    sp->brk = start.v;
}

int64_t space_map_stack(struct space *sp, uint64_t size, int prot)
{
    int64_t r = space_mmap(sp, gva(0), size, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN, -1, 0);

    sp->stack_prot = prot;
    return r < 0 ? r : r + (int64_t) size;
}

int copy_out(struct space *sp, gva_t dst, const void *src, size_t size)
{
    struct iovec from = {(void *) src, size}, to = {(void *) dst.v, size};

    (void) sp;
    return process_vm_writev(getpid(), &from, 1, &to, 1, 0) == (ssize_t) size ? 0 : -EFAULT;
}

int clear_out(struct space *sp, gva_t dst, size_t size)
{
    static const uint8_t zero[PAGE_SIZE];

    assert_true(size <= sizeof zero);
    return copy_out(sp, dst, zero, size);
}

/* ---- running a file twice ---- */

static char dir[] = "/tmp/elf-test-XXXXXX"; /* where the files are; the tests run there */

static int open_exec(void *arg, const char *path, char **abs_path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    (void) arg;
    if (fd < 0)
        return -errno;
    *abs_path = realpath(path, NULL);
    return fd;
}

static char **copy_vector(char *const *v)
{
    size_t n = 0;
    char **c;

    while (v[n])
        n++;
    c = calloc(n + 1, sizeof *c);
    for (size_t i = 0; i < n; i++)
        c[i] = strdup(v[i]);
    return c;
}

static int open_program(struct program *p, const char *path, char *const *argv, char *const *envp, char why[512])
{
    *p = (struct program) PROGRAM_INIT;
    p->argv = copy_vector(argv);
    p->envp = copy_vector(envp);
    p->stack_limit = STACK_LIMIT;
    why[0] = '\0';
    return program_open(p, path, -1, open_exec, NULL, why, 512);
}

static void fill_aux(struct elf_auxv_info *aux)
{
    *aux = (struct elf_auxv_info){
        .sysinfo_ehdr = getauxval(AT_SYSINFO_EHDR),
        .hwcap = getauxval(AT_HWCAP),
        .hwcap2 = getauxval(AT_HWCAP2),
        .minsigstksz = getauxval(51),
        .clktck = getauxval(AT_CLKTCK),
        .uid = getuid(),
        .euid = geteuid(),
        .gid = getgid(),
        .egid = getegid(),
        .platform = "x86_64",
    };
    assert_int_equal(getrandom(aux->random, sizeof aux->random, 0), sizeof aux->random);
}

/* What became of an execve: 0…255 exit status, SIG + n a signal, ERR + n an errno. */
enum { SIG = 1000, ERR = 2000 };

static int outcome(pid_t pid, int fd)
{
    int err = 0, status;
    ssize_t n = read(fd, &err, sizeof err);

    close(fd);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (n == sizeof err)
        return ERR + err;
    return WIFSIGNALED(status) ? SIG + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Fork; the child has a pipe that tells an errno and closes when a new program runs. */
static pid_t start(int *fd)
{
    int p[2];
    pid_t pid;

    assert_int_equal(pipe2(p, O_CLOEXEC), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        const struct rlimit none = {0, 0};

        setrlimit(RLIMIT_CORE, &none);
        for (int s = 1; s < 32; s++) /* the sanitizers' handlers */
            signal(s, SIG_DFL);
    }
    close(p[pid != 0]);
    *fd = p[pid == 0];
    return pid;
}

_Noreturn static void end_with(int fd, int err)
{
    if (write(fd, &err, sizeof err) != sizeof err)
        _exit(99);
    _exit(98);
}

static int run_native(const char *path, char *const *argv, char *const *envp)
{
    int fd;
    pid_t pid = start(&fd);

    if (pid == 0) {
        execve(path, argv, envp);
        end_with(fd, errno);
    }
    return outcome(pid, fd);
}

_Noreturn static void jump(const struct elf_start *st)
{
    __asm__ volatile("mov %0, %%rsp\n\txor %%edx, %%edx\n\txor %%ebp, %%ebp\n\tjmp *%1"
                     :
                     : "r"(st->sp.v), "r"(st->entry.v)
                     : "rdx", "memory");
    __builtin_unreachable();
}

static int run_ours(const char *path, char *const *argv, char *const *envp)
{
    int fd;
    pid_t pid = start(&fd);

    if (pid == 0) {
        static struct space sp;
        struct elf_auxv_info aux;
        struct elf_start st;
        struct program p;
        char why[512];
        int r = open_program(&p, path, argv, envp, why);

        if (r < 0) {
            /* Each refusal is a line that names the file. */
            if (!strstr(why, path) && !strstr(why, p.interp_path[0] ? p.interp_path : "interp"))
                _exit(97);
            end_with(fd, -r);
        }
        if (why[0])
            _exit(96);
        fill_aux(&aux);
        r = program_load(&sp, &p, &aux, &st);
        if (r < 0) {
            if (!st.why)
                _exit(95);
            raise(SIGSEGV); /* past the point of no return */
            _exit(94);
        }
        close(fd);
        jump(&st);
    }
    return outcome(pid, fd);
}

static void write_file(const char *name, const void *data, size_t size, mode_t mode)
{
    int fd;

    unlink(name);
    fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, size), size);
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

static char *no_env[] = {NULL};

/* ---- files, good and bad ---- */

static void put_code(struct made *m, const void *code, size_t size)
{
    memmove(m->byte + MADE_CODE + size, m->byte + MADE_CODE, 12);
    memcpy(m->byte + MADE_CODE, code, size);
}

/* sub rsp, 16; mov dword [rsp], 0xc3 (ret); call rsp: dies unless the stack is executable. */
static void call_stack(struct made *m)
{
    static const uint8_t code[] = {0x48, 0x83, 0xec, 0x10, 0xc7, 0x04, 0x24, 0xc3,
                                   0,    0,    0,    0x48, 0x89, 0xe0, 0xff, 0xd0};

    put_code(m, code, sizeof code);
}

/* Exit with the byte at `va`: movzx edi, byte [va]; mov eax, SYS_exit; syscall. */
static void exit_with_byte(struct made *m, uint32_t va)
{
    uint8_t code[] = {0x0f, 0xb6, 0x3c, 0x25, 0, 0, 0, 0, 0xb8, 60, 0, 0, 0, 0x0f, 0x05};

    memcpy(code + 4, &va, sizeof va);
    memcpy(m->byte + MADE_CODE, code, sizeof code);
}

static Elf64_Phdr *add_load(struct made *m, uint32_t flags, uint64_t va, uint64_t off, uint64_t filesz, uint64_t memsz)
{
    Elf64_Phdr *ph = made_phdr(m, PT_LOAD);

    ph->p_flags = flags;
    ph->p_vaddr = va;
    ph->p_offset = off;
    ph->p_filesz = filesz;
    ph->p_memsz = memsz;
    ph->p_align = 0x1000;
    return ph;
}

enum { DATA = MADE_BASE + 0x10000, TAIL = DATA + 0x800, LATER = DATA + 0x3000 };

static void with_data(struct made *m, uint32_t flags)
{
    memset(m->byte + 0x800, 0xaa, 0x800);
    add_load(m, flags, DATA, 0, 0x800, 0x5000);
}

static void f_plain(struct made *m)
{
    (void) m;
}
static void f_pie(struct made *m)
{
    made_pie(m);
}
static void f_pie_2m(struct made *m)
{
    made_pie(m);
    m->ph[0].p_align = 0x200000;
}
static void f_pie_huge_align(struct made *m)
{
    made_pie(m);
    m->ph[0].p_align = 1ull << 63;
}
static void f_pie_elsewhere(struct made *m)
{
    made_pie(m);
    m->ph[0].p_vaddr = 0x123000;
    m->eh.e_entry = 0x123000 + MADE_CODE;
}
static void f_pie_interp(struct made *m)
{
    made_pie(m);
    made_interp(m, "interp");
}
static void f_exec_interp(struct made *m)
{
    made_interp(m, "interp");
}
static void f_stack_default(struct made *m)
{
    call_stack(m);
}
static void f_stack_rw(struct made *m)
{
    call_stack(m);
    made_phdr(m, PT_GNU_STACK)->p_flags = PF_R | PF_W;
}
static void f_stack_rwx(struct made *m)
{
    call_stack(m);
    made_phdr(m, PT_GNU_STACK)->p_flags = PF_R | PF_W | PF_X;
}
static void f_bss_tail(struct made *m)
{
    with_data(m, PF_R | PF_W);
    exit_with_byte(m, TAIL);
}
static void f_bss_before_tail(struct made *m)
{
    with_data(m, PF_R | PF_W);
    m->byte[0x7ff] = 0xbb;
    exit_with_byte(m, TAIL - 1);
}
static void f_bss_tail_readonly(struct made *m)
{
    with_data(m, PF_R);
    exit_with_byte(m, TAIL);
}
static void f_bss_pages(struct made *m)
{
    with_data(m, PF_R | PF_W);
    exit_with_byte(m, LATER);
}
static void f_bss_end(struct made *m)
{
    with_data(m, PF_R | PF_W);
    exit_with_byte(m, DATA + 0x5000); /* the first byte past it */
}
static void f_bss_past_file_end(struct made *m)
{
    with_data(m, PF_R | PF_W);
    m->ph[1].p_offset = 0x10000;
}
static void f_bss_only(struct made *m)
{
    add_load(m, PF_R | PF_W, DATA + 8, 0, 0, 0x2000);
    exit_with_byte(m, DATA + 0x2007);
}
static void f_no_size(struct made *m)
{
    add_load(m, PF_R | PF_W, DATA, 0, 0, 0);
}
static void f_no_size_at_zero(struct made *m)
{
    add_load(m, PF_R, 0, 0, 0, 0);
}
static void f_overlap(struct made *m)
{
    m->byte[MADE_SIZE + 0x10] = 7;
    m->size = 2 * MADE_SIZE;
    add_load(m, PF_R, DATA, 0, 0x1000, 0x1000);
    add_load(m, PF_R, DATA, 0x1000, 0x1000, 0x1000);
    exit_with_byte(m, DATA + 0x10);
}
static void f_overlap_code(struct made *m)
{
    add_load(m, PF_R | PF_W, MADE_BASE, 0, 0, 0x1000); /* zeros over the program */
}
static void f_wrap(struct made *m)
{
    add_load(m, PF_R, -0x1000ull, 0, 0x1000, 0x2000);
}
static void f_beyond(struct made *m)
{
    add_load(m, PF_R, SPACE_TOP, 0, 0x1000, 0x1000);
}
static void f_up_to_the_end(struct made *m)
{
    add_load(m, PF_R, SPACE_TOP - 0x1000, 0, 0x1000, 0x1001);
}
static void f_zero_page(struct made *m)
{
    add_load(m, PF_R, 0, 0, 0x1000, 0x1000);
}
static void f_first_zero_page(struct made *m)
{
    m->ph[0].p_vaddr = 0;
    m->eh.e_entry = MADE_CODE;
}
static void f_file_bigger(struct made *m)
{
    m->ph[0].p_memsz--;
}
static void f_2_63(struct made *m)
{
    add_load(m, PF_R | PF_W, DATA, 0, 0, 1ull << 63);
}
static void f_2_63_file(struct made *m)
{
    add_load(m, PF_R | PF_W, DATA, 0, 1ull << 63, 1ull << 63);
}
static void f_pie_2_63(struct made *m)
{
    f_2_63(m);
    made_pie(m);
}
static void f_all_of_it(struct made *m)
{
    made_pie(m);
    add_load(m, PF_R | PF_W, 0x1000, 0, 0, SPACE_TOP - 0x1000);
}
static void f_misaligned(struct made *m)
{
    m->ph[0].p_offset = 8;
}
static void f_offset_beyond(struct made *m)
{
    add_load(m, PF_R, DATA, 1ull << 63, 0x1000, 0x1000);
}
static void f_phentsize(struct made *m)
{
    m->eh.e_phentsize = 32;
}
static void f_no_phdrs(struct made *m)
{
    m->eh.e_phnum = 0;
}
static void f_many_phdrs(struct made *m)
{
    m->eh.e_phnum = 1171;
}
static void f_phdrs_cut(struct made *m)
{
    m->eh.e_phnum = 1170;
}
static void f_phoff(struct made *m)
{
    m->eh.e_phoff = UINT64_MAX - 10;
}
static void f_empty(struct made *m)
{
    m->size = 0;
}
static void f_one_byte(struct made *m)
{
    m->size = 1;
}
static void f_header_cut(struct made *m)
{
    m->size = 57;
}
static void f_code_cut(struct made *m)
{
    m->ph[0].p_filesz = m->ph[0].p_memsz = 2 * MADE_SIZE;
    m->eh.e_entry = MADE_BASE + MADE_SIZE + MADE_CODE;
}
static void f_magic(struct made *m)
{
    m->byte[0] = 'x';
}
static void f_class(struct made *m)
{
    m->eh.e_ident[EI_CLASS] = ELFCLASS32;
}
static void f_endianness(struct made *m)
{
    m->eh.e_ident[EI_DATA] = ELFDATA2MSB;
}
static void f_version(struct made *m)
{
    m->eh.e_ident[EI_VERSION] = 9;
    m->eh.e_version = 9;
}
static void f_object(struct made *m)
{
    m->eh.e_type = ET_REL;
}
static void f_core(struct made *m)
{
    m->eh.e_type = ET_CORE;
}
static void f_aarch64(struct made *m)
{
    m->eh.e_machine = EM_AARCH64;
}
static void f_s390(struct made *m)
{
    m->eh.e_machine = __builtin_bswap16(EM_S390);
    m->eh.e_ident[EI_DATA] = ELFDATA2MSB;
}
static void f_entry_beyond(struct made *m)
{
    m->eh.e_entry = SPACE_TOP;
}
static void f_entry_nowhere(struct made *m)
{
    m->eh.e_entry = 0x10000000;
}
static void f_not_executable(struct made *m)
{
    m->ph[0].p_flags = PF_R;
}
static void f_nothing_to_load(struct made *m)
{
    m->ph[0].p_type = PT_NOTE;
}
static void f_pie_nothing_to_load(struct made *m)
{
    made_pie(m);
    m->ph[0].p_type = PT_NOTE;
}
static void f_pie_no_size(struct made *m)
{
    made_pie(m);
    m->ph[0].p_filesz = m->ph[0].p_memsz = 0;
}
static void f_pie_no_size_off_page(struct made *m)
{
    f_pie_no_size(m);
    m->ph[0].p_vaddr = 8;
}
static void f_interp_missing(struct made *m)
{
    made_interp(m, "interp-missing");
}
static void f_interp_not_elf(struct made *m)
{
    made_interp(m, "interp-text");
}
static void f_interp_short(struct made *m)
{
    made_interp(m, "interp-short");
}
static void f_interp_directory(struct made *m)
{
    made_interp(m, ".");
}
static void f_interp_not_executable(struct made *m)
{
    made_interp(m, "interp-data");
}
static void f_interp_foreign(struct made *m)
{
    made_interp(m, "interp-foreign");
}
static void f_interp_object(struct made *m)
{
    made_interp(m, "interp-object");
}
static void f_interp_doomed(struct made *m)
{
    made_interp(m, "interp-doomed");
}
static void f_interp_no_load(struct made *m)
{
    made_interp(m, "interp-no-load");
}
static void f_interp_nothing_to_load(struct made *m)
{
    made_interp(m, "interp-nothing");
}
static void f_interp_fixed(struct made *m)
{
    made_interp(m, "interp-fixed");
}
static void f_interp_empty(struct made *m)
{
    made_interp(m, "\0")->p_filesz = 2;
}
static void f_interp_one_byte(struct made *m)
{
    made_interp(m, "x")->p_filesz = 1;
}
static void f_interp_long(struct made *m)
{
    made_interp(m, "interp")->p_filesz = 4097;
}
static void f_interp_no_nul(struct made *m)
{
    made_interp(m, "interp")->p_filesz = 6;
}
static void f_interp_cut(struct made *m)
{
    made_interp(m, "interp")->p_offset = MADE_SIZE - 3;
}
static void f_interp_second_bad(struct made *m)
{
    made_interp(m, "interp");
    made_phdr(m, PT_INTERP); /* not looked at */
}

static const struct {
    const char *name;
    void (*make)(struct made *m);
} files[] = {
#define F(n)                                                                                                           \
    {                                                                                                                  \
#n, f_##n                                                                                                      \
    }
    F(plain),
    F(pie),
    F(pie_2m),
    F(pie_huge_align),
    F(pie_elsewhere),
    F(pie_interp),
    F(exec_interp),
    F(stack_default),
    F(stack_rw),
    F(stack_rwx),
    F(bss_tail),
    F(bss_before_tail),
    F(bss_tail_readonly),
    F(bss_pages),
    F(bss_end),
    F(bss_past_file_end),
    F(bss_only),
    F(no_size),
    F(no_size_at_zero),
    F(overlap),
    F(overlap_code),
    F(wrap),
    F(beyond),
    F(up_to_the_end),
    F(zero_page),
    F(first_zero_page),
    F(file_bigger),
    F(2_63),
    F(2_63_file),
    F(pie_2_63),
    F(all_of_it),
    F(misaligned),
    F(offset_beyond),
    F(phentsize),
    F(no_phdrs),
    F(many_phdrs),
    F(phdrs_cut),
    F(phoff),
    F(empty),
    F(one_byte),
    F(header_cut),
    F(code_cut),
    F(magic),
    F(class),
    F(endianness),
    F(version),
    F(object),
    F(core),
    F(aarch64),
    F(s390),
    F(entry_beyond),
    F(entry_nowhere),
    F(not_executable),
    F(nothing_to_load),
    F(pie_nothing_to_load),
    F(pie_no_size),
    F(pie_no_size_off_page),
    F(interp_missing),
    F(interp_not_elf),
    F(interp_short),
    F(interp_directory),
    F(interp_not_executable),
    F(interp_foreign),
    F(interp_object),
    F(interp_doomed),
    F(interp_no_load),
    F(interp_nothing_to_load),
    F(interp_fixed),
    F(interp_empty),
    F(interp_one_byte),
    F(interp_long),
    F(interp_no_nul),
    F(interp_cut),
    F(interp_second_bad),
#undef F
};

/* The interpreters that those name. The good one exits with 43. */
static void write_interps(void)
{
    struct made m;

    made_init(&m);
    made_pie(&m);
    m.byte[MADE_CODE + 1]++;
    write_file("interp", m.byte, m.size, 0755);
    write_file("interp-data", m.byte, m.size, 0644);
    write_file("interp-short", m.byte, 63, 0755);
    m.eh.e_machine = EM_AARCH64;
    write_file("interp-foreign", m.byte, m.size, 0755);
    m.eh.e_machine = EM_X86_64;
    m.eh.e_type = ET_REL;
    write_file("interp-object", m.byte, m.size, 0755);
    m.eh.e_type = ET_DYN;
    m.ph[0].p_memsz = 1;
    write_file("interp-doomed", m.byte, m.size, 0755);
    m.ph[0].p_type = PT_NOTE;
    write_file("interp-no-load", m.byte, m.size, 0755);
    m.eh.e_type = ET_EXEC;
    m.eh.e_entry = MADE_BASE + MADE_CODE; /* in the program */
    write_file("interp-nothing", m.byte, m.size, 0755);

    made_init(&m);
    m.ph[0].p_vaddr = 0x10000000;
    m.eh.e_entry = 0x10000000 + MADE_CODE;
    write_file("interp-fixed", m.byte, m.size, 0755);
    memset(m.byte, 'x', 100);
    write_file("interp-text", m.byte, 100, 0755);
}

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

/* ---- #! ---- */

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

/* ---- */

static int setup(void **state)
{
    (void) state;
    if (!mkdtemp(dir) || chdir(dir) < 0)
        return -1;
    write_interps();
    return symlink(self, "i");
}

static int teardown(void **state)
{
    char cmd[64];

    (void) state;
    snprintf(cmd, sizeof cmd, "rm -rf %s", dir);
    return system(cmd);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_file_ends_as_under_the_kernel),
        cmocka_unit_test(real_programs_run),
        cmocka_unit_test(what_is_no_executable_file_is_refused),
        cmocka_unit_test(noexec_mount_is_refused),
        cmocka_unit_test(a_program_that_is_cut_off_is_noticed),
        cmocka_unit_test(foreign_programs_are_named),
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
        cmocka_unit_test(programs_are_placed_where_linux_places_them),
        cmocka_unit_test(without_randomisation_everything_has_its_fixed_place),
        cmocka_unit_test(an_entry_past_user_space_is_never_jumped_to),
        cmocka_unit_test(spans_are_those_that_the_kernel_shows),
    };

    if (getenv("ELF_TEST_DUMP")) {
        char comm[16];

        prctl(PR_GET_NAME, comm);
        dump(stdout, argc, argv, (char *) getauxval(AT_EXECFN), comm);
        return 0;
    }
    if (!realpath("/proc/self/exe", self))
        return 1;
    return cmocka_run_group_tests(tests, setup, teardown);
}
