/* ELF programs: what the file says (elf_parse), pure and total on any bytes, and how it goes into an address
 * space (program_load). Used by launch and exec. Parsing never maps or allocates; it is fuzzed.
 * The rules are those of Linux's binfmt_elf and binfmt_script (docs/internals/elf.md). */
#ifndef ELF_ELF_H
#define ELF_ELF_H

#include <elf.h>

#include "base/base.h"

struct space;

#define ELF_MAX_PHDRS 1170u /* the kernel's bound: a 64-bit header table of at most 64 KiB */

struct elf_segment {
    uint64_t vaddr, memsz, filesz, offset; /* as in the file, unaligned */
    int prot;                              /* PROT_* */
};

/* What a program file asks for. */
struct elf_image {
    uint16_t machine;         /* EM_X86_64 … (of other architectures nothing more is known) */
    uint16_t type;            /* ET_EXEC, ET_DYN; set only when the headers are otherwise sound */
    bool pie;                 /* ET_DYN */
    bool class32, big_endian; /* foreign: only machine, class32 and big_endian are valid when either is set */
    uint64_t entry;
    uint64_t phoff, phnum, phdr_vaddr; /* phdr_vaddr: by the segment that holds the table; 0: none does */
    uint64_t min_vaddr, max_vaddr;     /* page-aligned span of all PT_LOADs */
    uint64_t max_align;                /* largest power of two among PT_LOAD p_align, at least PAGE_SIZE */
    int stack_prot; /* PROT_* from the last PT_GNU_STACK; without one RW, as on x86-64 since Linux 5.8 */
    uint64_t interp_off, interp_size; /* first PT_INTERP; size 0 when there is none */

    /* Linux accepts these headers, passes the point of no return and then kills the process: the errno that
     * program_load() fails with, and why. 0 and NULL otherwise. */
    int doom;
    const char *doom_why;

    unsigned segments;
    struct elf_segment segment[ELF_MAX_PHDRS]; /* last: only the first `segments` entries are ever touched */
};

/* Read the headers. `pread_fn` reads up to n bytes at off: bytes read, or a negative errno. Returns 0 or the errno that execve(2)
 * gives (ENOEXEC, or what pread_fn failed with); *why is then a static sentence ("its program headers are cut off"). */
typedef int64_t elf_pread(void *arg, void *buf, uint64_t n, uint64_t off);
int elf_parse(elf_pread *pread_fn, void *arg, struct elf_image *out, const char **why);

/* The architecture as uname -m has it ("aarch64", "ppc64le", "x32"), or NULL for one without a common name. */
const char *elf_machine_name(const struct elf_image *img);

/* A program ready to be started: what execve has looked at before the point of no return. Owns its descriptors. Zero it and set fd,
 * exe_fd and interp_fd to -1 (PROGRAM_INIT does) before filling it. */
struct program {
    int fd;        /* the ELF file that is loaded (after #! resolution) */
    int exe_fd;    /* the program for another architecture, when fd is its translator; else -1 */
    int interp_fd; /* PT_INTERP file or -1 */
    struct elf_image image, interp;
    char interp_path[4096];
    char *exec_path; /* absolute guest path of fd: /proc/self/exe; malloc'd */
    char *execfn;    /* AT_EXECFN and comm: what was asked for (of a script: the script); malloc'd */
    int argc, envc;
    unsigned
        hidden; /* arguments before argv[0] of the translated program, whose path follows that; 0: nothing is translated */
    char **argv, **envp; /* malloc'd NULL-terminated vectors of malloc'd strings, #! already applied */
    uint64_t stack_limit;
    bool path_inaccessible; /* set by the caller: execveat of a close-on-exec descriptor, so a script is ENOENT */
    bool comm_of_file;      /* set by the caller: execveat of a descriptor alone, comm is the file's name */
    bool
        args_checked; /* set by the caller: a program_open before has applied the limits to argv and envp; what #! adds may
                             * pass them when they are applied again */
    bool truncated; /* the file ends before a segment does: Linux starts it and SIGBUS ends it */
};

#define PROGRAM_INIT                                                                                                   \
    {                                                                                                                  \
        .fd = -1, .exe_fd = -1, .interp_fd = -1                                                                        \
    }

/* Closes and frees all; the struct is PROGRAM_INIT again. */
void program_free(struct program *p);

/* How exec finds files: implemented by fs. Returns an O_PATH-free readable descriptor (O_CLOEXEC) and the absolute guest path
 * (malloc'd, may be NULL on error) or a negative errno as execve would give (ENOENT, EACCES, ELOOP, ENOTDIR…). It must not block
 * on a FIFO. That the file is regular, executable and on no noexec mount is checked by program_open. */
typedef int exec_open(void *arg, const char *path, char **abs_path);

/* Who runs programs of other architectures. `fd` is the program, whose headers are `img`, and envp what it gets. Returns a readable descriptor (O_CLOEXEC) of a native
 * program and in *args its malloc'd name and first arguments, as a NULL-terminated vector; or a negative errno and in `why` what is
 * missing. NULL: nobody does. */
typedef int elf_translator(int fd, const struct elf_image *img, char *const *envp, char ***args, char *why,
                           size_t size);
extern elf_translator *program_translator;
/* A variable that it gets, and by its arguments keeps from the program; or NULL. It is the last one, but before all others when the program has it, too: so
 * the translator finds its own, and what the program gets is what comes last. */
extern const char *program_translator_env;
/* Is there a variable called by the first `n` characters of `name`? */
bool program_has_variable(char *const *envp, const char *name, size_t n);

/* Open and check `path`, follow #! (five rewrites, then ELOOP), check the interpreter. p->argv, envp and stack_limit are set by the
 * caller; argv is rewritten for scripts and for what is translated, argc and envc are counted, p->execfn is set to `path` unless the caller has set it. `fd` >= 0:
 * already opened (execveat); p owns it from here, and the caller sets p->exec_path. Returns 0 or execve's errno; `why` gets a line
 * for a person (bufsize bytes): "x: not an ELF program". The caller calls program_free() either way. */
int program_open(struct program *p, const char *path, int fd, exec_open *open_fn, void *arg, char *why, size_t bufsize);

/* The thread name that exec sets: the last component of execfn, cut to 15 bytes. */
void program_comm(const struct program *p, char comm[16]);

/* Identity and host facts that the auxiliary vector shows. */
struct elf_auxv_info {
    uint64_t sysinfo_ehdr, hwcap, hwcap2, minsigstksz, clktck; /* sysinfo_ehdr 0: no such entry */
    uint32_t uid, euid, gid, egid;
    const char *platform; /* "x86_64" */
    uint8_t random[16];
};

/* What running it needs and what /proc/self tells. */
struct elf_start {
    gva_t entry, sp;
    gva_t start_code, end_code, start_data, end_data, start_stack;
    gva_t arg_start, arg_end, env_start, env_end;
    unsigned auxv_words; /* AT_NULL included */
    uint64_t auxv[64];
    const char *why; /* program_load failed: a static sentence */
};

/* Map program and interpreter, set brk, map the stack, write argc/argv/envp/auxv. The vDSO is mapped by the caller before. 0 or
 * negative errno with out->why set (after execve's point of no return the caller turns it into a SIGSEGV, as Linux does). */
int program_load(struct space *sp, const struct program *p, const struct elf_auxv_info *aux, struct elf_start *out);

#endif
