/* A file, executed by the host kernel and by program_open() and program_load(), and what became of each: for the unit tests of both. The space is
 * this process's own memory: what was loaded is really jumped to. */
#ifndef TESTS_ELF_TWICE_H
#define TESTS_ELF_TWICE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/raw.h"
#include "elf/elf.h"
#include "mem/access.h"
#include "mem/space.h"

#define STACK_LIMIT (8ull << 20)

/* ---- a space that is the host's ---- */

struct space {
    struct {
        uint64_t at, size;
    } map[256];
    unsigned n;
    uint64_t brk;
    int stack_prot;
};

static inline void space_note(struct space *sp, uint64_t at, uint64_t size)
{
    assert_true(sp->n < ARRAY_SIZE(sp->map));
    sp->map[sp->n].at = at;
    sp->map[sp->n++].size = size;
}

static inline void space_drop(struct space *sp)
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

static inline int open_exec(void *arg, const char *path, char **abs_path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    (void) arg;
    if (fd < 0)
        return -errno;
    *abs_path = realpath(path, NULL);
    return fd;
}

static inline char **copy_vector(char *const *v)
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

static inline int open_program(struct program *p, const char *path, char *const *argv, char *const *envp, char why[512])
{
    *p = (struct program) PROGRAM_INIT;
    p->argv = copy_vector(argv);
    p->envp = copy_vector(envp);
    p->stack_limit = STACK_LIMIT;
    why[0] = '\0';
    return program_open(p, path, -1, open_exec, NULL, why, 512);
}

static inline void fill_aux(struct elf_auxv_info *aux)
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

static inline int outcome(pid_t pid, int fd)
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
static inline pid_t start(int *fd)
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

_Noreturn static inline void end_with(int fd, int err)
{
    if (write(fd, &err, sizeof err) != sizeof err)
        _exit(99);
    _exit(98);
}

static inline int run_native(const char *path, char *const *argv, char *const *envp)
{
    int fd;
    pid_t pid = start(&fd);

    if (pid == 0) {
        execve(path, argv, envp);
        end_with(fd, errno);
    }
    return outcome(pid, fd);
}

_Noreturn static inline void jump(const struct elf_start *st)
{
    __asm__ volatile("mov %0, %%rsp\n\txor %%edx, %%edx\n\txor %%ebp, %%ebp\n\tjmp *%1"
                     :
                     : "r"(st->sp.v), "r"(st->entry.v)
                     : "rdx", "memory");
    __builtin_unreachable();
}

static inline int run_ours(const char *path, char *const *argv, char *const *envp)
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

static inline void write_file(const char *name, const void *data, size_t size, mode_t mode)
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

static inline int remove_files(void **state)
{
    char cmd[64];

    (void) state;
    snprintf(cmd, sizeof cmd, "rm -rf %s", dir);
    return system(cmd);
}

#endif
